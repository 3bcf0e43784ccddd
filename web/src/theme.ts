/** Light, dark, or as the system says; the choice is kept, since it is no secret. */

import { createStore } from "./store";

export type Theme = "system" | "light" | "dark";
const KEY = "genre:theme";

function readTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export const theme = createStore<Theme>(readTheme());

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
