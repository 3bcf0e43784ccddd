/** Whether the service can be reached; while it can't, ask until it answers again. */

import { atom } from "nanostores";
import { READY_URL } from "./address";

const PROBE_INTERVAL_MS = 2_000;

export const isReachable = atom(true);

export function setReachable(next: boolean): void {
  if (next === isReachable.get()) return;
  isReachable.set(next);
  if (!next) void probe();
}

async function probe(): Promise<void> {
  while (!isReachable.get()) {
    await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
    const response = await fetch(READY_URL).catch(() => null);
    if (response?.ok) setReachable(true);
  }
}
