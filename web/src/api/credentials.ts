/**
 * The credentials, in this page's memory and nowhere else: no cookie, no storage.
 *
 * A page that this one opened, or that opened this one, may be handed them, so that a person types
 * them once. Only the very window is answered, and only while it shows our own origin.
 */

export interface Credentials {
  clientId: string;
  clientSecret: string;
}

type Listener = (credentials: Credentials | null) => void;
const ASK = "genre:credentials?";
const HAND_OVER = "genre:credentials";

let current: Credentials | null = null;
const listeners = new Set<Listener>();
const opened = new Set<Window>();

export function getCredentials(): Credentials | null {
  return current;
}

export function setCredentials(credentials: Credentials | null): void {
  current = credentials;
  for (const listener of listeners) listener(credentials);
}

export function onCredentials(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function credentialHeaders(): Record<string, string> {
  if (!current) return {};
  return { "client-id": current.clientId, "client-secret": current.clientSecret };
}

/** Headers are Latin-1; anything else would make `fetch` throw before it sends. */
export function canBeSent(credentials: Credentials): boolean {
  return /^[\x21-\x7e]+$/.test(credentials.clientId + credentials.clientSecret);
}

/** Open a page of ours in a new tab, which may then ask for the credentials. */
export function openPage(address: string): void {
  const page = window.open(address);
  if (page) opened.add(page);
}

/** Answer the pages that we opened, and ask the one that opened us; `take` gets what it says. */
export function shareCredentials(take: (credentials: Credentials) => void): void {
  const opener = window.opener as Window | null;
  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin) return;
    if (data === ASK && current && opened.has(source as Window)) {
      (source as Window).postMessage({ [HAND_OVER]: current }, location.origin);
    } else if (source === opener && opener && data?.[HAND_OVER] && !current) {
      take(data[HAND_OVER] as Credentials);
    }
  });
  opener?.postMessage(ASK, location.origin);
}
