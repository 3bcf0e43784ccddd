/** What the fetcher and the panels share: the chosen files, the current upload, and events. */

import { atom } from "nanostores";

/** Files by tab, then by variable. */
export type ChosenFiles = Record<string, Record<string, File[]>>;

export interface Sending {
  sent: number;
  total: number;
  cancel: () => void;
}

export interface StreamEvent {
  number: number;
  at: Date;
  text: string;
}

export const chosenFiles = atom<ChosenFiles>({});
export const activeTab = atom<string>("");
export const sending = atom<Sending | null>(null);
export const events = atom<StreamEvent[]>([]);
const MAX_EVENTS = 500;

export function filesOfTab(): Record<string, File[]> {
  return chosenFiles.get()[activeTab.get()] ?? {};
}

export function chooseFiles(tab: string, variable: string, files: File[]): void {
  const all = chosenFiles.get();
  chosenFiles.set({ ...all, [tab]: { ...all[tab], [variable]: files } });
}

export function addEvent(result: unknown): void {
  const kept = events.get();
  const number = (kept[0]?.number ?? 0) + 1;
  const text = JSON.stringify((result as { data?: unknown }).data ?? result);
  events.set([{ number, at: new Date(), text }, ...kept].slice(0, MAX_EVENTS));
}
