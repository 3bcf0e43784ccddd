/** The rows of a table that a person has selected, one by one or as ranges. */

import { useCallback, useState } from "preact/hooks";
import type { TrackRow } from "./operations";

/** As many as one request may correct. */
export const MAX_SELECTED = 1_000;

export interface Selection {
  rows: ReadonlyMap<string, TrackRow>;
  isFull: boolean;
  /** Select or deselect a row; with `isRange`, all rows from the last one on. */
  toggle: (index: number, isRange: boolean) => void;
  /** Select every row from the last one that was toggled. */
  extend: (index: number) => void;
  selectAll: () => void;
  drop: (trackIds: Iterable<string>) => void;
  clear: () => void;
}

const NOTHING: ReadonlyMap<string, TrackRow> = new Map();

export function useSelection(rows: readonly TrackRow[]): Selection {
  const [selected, setSelected] = useState(NOTHING);
  const [anchor, setAnchor] = useState(0);

  function set(from: number, to: number, isOn: boolean): void {
    const next = new Map(selected);
    const step = from <= to ? 1 : -1;
    for (let index = from; index !== to + step; index += step) {
      const row = rows[index];
      if (row && !isOn) next.delete(row.trackId);
      else if (row && (next.size < MAX_SELECTED || next.has(row.trackId))) next.set(row.trackId, row);
    }
    setSelected(next);
  }

  return {
    rows: selected,
    isFull: selected.size >= MAX_SELECTED,
    toggle(index, isRange) {
      const isOn = !selected.has(rows[index]!.trackId);
      set(isRange ? Math.min(anchor, rows.length - 1) : index, index, isOn);
      setAnchor(index);
    },
    extend(index) {
      set(Math.min(anchor, rows.length - 1), index, true);
    },
    selectAll: () => set(0, Math.min(rows.length, MAX_SELECTED) - 1, true),
    drop(trackIds) {
      const next = new Map(selected);
      for (const trackId of trackIds) next.delete(trackId);
      setSelected(next);
    },
    clear: useCallback(() => setSelected(NOTHING), []),
  };
}
