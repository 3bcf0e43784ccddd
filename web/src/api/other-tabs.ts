/**
 * Tell the other tabs of this browser that something changed, and hear it from them. Messages carry no data
 * and no secrets: each tab asks the service again, with its own credentials.
 */

import { atom } from "nanostores";
import { WORKBENCH_URL } from "./address";

type Message = { kind: "changed" } | { kind: "signed out"; clientId: string };

/** Changes that come close together are one. */
const QUIET_MS = 300;
const channel = new BroadcastChannel(`genre ${WORKBENCH_URL}`);

/** How often another tab changed something. */
export const changes = atom(0);

export function tellOfChange(): void {
  post({ kind: "changed" });
}

export function tellOfSignOut(clientId: string): void {
  post({ kind: "signed out", clientId });
}

/** Call `take` with the client that signed out in another tab. */
export function onSignOutElsewhere(take: (clientId: string) => void): void {
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.kind === "signed out") take(data.clientId);
  });
}

function post(message: Message): void {
  channel.postMessage(message);
}

let timer: ReturnType<typeof setTimeout> | undefined;
let isBehind = false;

/** A tab that nobody sees waits until somebody does. */
function catchUp(): void {
  if (!isBehind || document.hidden) return;
  isBehind = false;
  changes.set(changes.get() + 1);
}

channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
  if (data.kind !== "changed") return;
  isBehind = true;
  clearTimeout(timer);
  timer = setTimeout(catchUp, QUIET_MS);
});
document.addEventListener("visibilitychange", catchUp);
