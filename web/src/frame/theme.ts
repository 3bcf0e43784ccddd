/** Light, dark, or whatever the system uses. The choice is no secret, so it is stored. */

import { atom } from "nanostores";

export type Theme = "system" | "light" | "dark";
const KEY = "genre:theme";

function readTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export const theme = atom<Theme>(readTheme());

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.get();
}

export function nextTheme(): void {
  const next = ({ system: "light", light: "dark", dark: "system" } as const)[theme.get()];
  if (next === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  theme.set(next);
  applyTheme();
}
