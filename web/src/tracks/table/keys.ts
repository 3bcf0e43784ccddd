/** The keys of the table: arrows move, Shift extends the selection, Space selects. */

import type { Selection } from "./selection";

const PAGE = 10;

interface KeysOptions {
  count: number;
  active: number;
  selection: Selection;
  /** Move the focus to a row. */
  moveTo: (index: number) => void;
}

export function onTableKey(event: KeyboardEvent, { count, active, selection, moveTo }: KeysOptions): void {
  const target = targetOf(event.key, active, count);
  if (target !== null) {
    const index = Math.min(Math.max(target, 0), count - 1);
    moveTo(index);
    if (event.shiftKey) selection.extend(index);
  } else if (event.key === " ") selection.toggle(active, event.shiftKey);
  else if (event.key === "Escape" && selection.rows.size > 0) selection.clear();
  else if (event.key === "a" && (event.ctrlKey || event.metaKey)) selection.selectAll();
  else return;
  event.preventDefault();
}

function targetOf(key: string, active: number, count: number): number | null {
  if (key === "ArrowDown") return active + 1;
  if (key === "ArrowUp") return active - 1;
  if (key === "PageDown") return active + PAGE;
  if (key === "PageUp") return active - PAGE;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}
