/** How fast a batch goes: its row counts over time. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Sample } from "../ui/sparkline";
import type { BatchCounts } from "./follow";

const RATE_WINDOW_MS = 10_000;
const MAX_SAMPLES = 240;

export function useSamples({ rowsReceived }: BatchCounts): Sample[] {
  const [samples, setSamples] = useState<Sample[]>([]);
  const last = useRef(-1);
  useEffect(() => {
    if (rowsReceived === last.current) return;
    last.current = rowsReceived;
    setSamples((kept) => [...kept.slice(-MAX_SAMPLES), { at: Date.now(), rows: rowsReceived }]);
  }, [rowsReceived]);
  return samples;
}

/** Rows a second over the last ten seconds, or between the last two samples if they are further apart. */
export function rateOf(samples: Sample[]): number | null {
  const last = samples.at(-1);
  const recent = samples.find(({ at }) => last && last.at - at <= RATE_WINDOW_MS);
  const first = recent === last ? samples.at(-2) : recent;
  if (!first || !last || first.at === last.at) return null;
  return ((last.rows - first.rows) / (last.at - first.at)) * 1_000;
}
