/**
 * The credentials, kept in this page's memory, and in this tab's session storage if the person asked for
 * that: never in a cookie or in local storage. docs/security-notes.md weighs the risks.
 *
 * A page may ask the page that opened it for them, so that people type them once. Only a window that
 * we opened ourselves gets an answer, and only while it shows our own origin.
 */

import { atom } from "nanostores";
import { API_URL } from "./address";
import { onSignOutElsewhere, tellOfSignOut } from "./other-tabs";

export interface Credentials {
  clientId: string;
  clientSecret: string;
}

const ASK = "genre:credentials?";
const HAND_OVER = "genre:credentials";
const REMEMBERED = "genre:credentials";

export const credentials = atom<Credentials | null>(null);
const opened = new Set<Window>();
credentials.listen((current) => {
  if (!current) sessionStorage.removeItem(REMEMBERED);
});

export function headersOf({ clientId, clientSecret }: Credentials): Record<string, string> {
  return { "client-id": clientId, "client-secret": clientSecret };
}

export function credentialHeaders(): Record<string, string> {
  const current = credentials.get();
  return current ? headersOf(current) : {};
}

export function readForm(form: HTMLFormElement): Credentials {
  const fields = new FormData(form);
  return {
    clientId: String(fields.get("client-id")).trim(),
    clientSecret: String(fields.get("client-secret")).trim(),
  };
}

/** Whether the box in the form is ticked. */
export function wantsRemembering(form: HTMLFormElement): boolean {
  return new FormData(form).has("remember");
}

/** Keep the credentials in this tab's session storage until signing out. */
export function remember(given: Credentials): void {
  sessionStorage.setItem(REMEMBERED, JSON.stringify(given));
}

/** Sign in with what this tab remembers. If the service refuses it, the first request signs out again. */
export function recall(): void {
  try {
    const { clientId, clientSecret } = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "{}");
    if (typeof clientId === "string" && typeof clientSecret === "string") {
      credentials.set({ clientId, clientSecret });
    }
  } catch {
    sessionStorage.removeItem(REMEMBERED);
  }
}

export type SignIn = "ok" | "refused" | "unreachable";

/** Sign in if the service accepts these credentials. */
export async function signIn(given: Credentials): Promise<SignIn> {
  // Headers are Latin-1: anything else makes `fetch` throw before it sends.
  if (!/^[\x21-\x7e]+$/.test(given.clientId + given.clientSecret)) return "refused";
  const response = await fetch(API_URL, {
    method: "POST",
    credentials: "omit",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      ...headersOf(given),
    },
    body: '{"query":"{ __typename }"}',
  }).catch(() => null);
  await response?.text(); // a body that nobody reads keeps the connection busy
  if (response?.status === 401) return "refused";
  if (!response || response.status >= 500) return "unreachable";
  credentials.set(given);
  return "ok";
}

/** Sign out here, and in the other tabs of this client. */
export function signOut(): void {
  const current = credentials.get();
  credentials.set(null);
  if (current) tellOfSignOut(current.clientId);
}

onSignOutElsewhere((clientId) => {
  if (credentials.get()?.clientId === clientId) credentials.set(null);
});

/** Open one of our pages in a new tab, which may then ask for the credentials. */
export function openPage(address: string): void {
  const page = window.open(address);
  if (page) opened.add(page);
}

/** What Preact's and React's click events have in common. */
type Click = Pick<MouseEvent, "ctrlKey" | "metaKey" | "shiftKey" | "preventDefault">;

/** Open a link of ours with `openPage`, unless a modifier key asks for a tab or window anyway. */
export function openLink(event: Click, address: string): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPage(address);
}

/** Answer the pages that we opened; ask the page that opened us, and pass its answer to `take`. */
export function shareCredentials(take: (given: Credentials) => void): void {
  const opener = window.opener as Window | null;
  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin) return;
    const current = credentials.get();
    if (data === ASK && current && opened.has(source as Window)) {
      (source as Window).postMessage({ [HAND_OVER]: current }, location.origin);
    } else if (source === opener && opener && data?.[HAND_OVER] && !current) {
      take(data[HAND_OVER] as Credentials);
    }
  });
  opener?.postMessage(ASK, location.origin);
}
