/** Counts, rate and time left of a batch, live while it runs. */

import { formatCount, formatDuration, formatEstimate } from "../ui/format";
import { Stat } from "../ui/layout";
import { Sparkline } from "../ui/sparkline";
import { type BatchCounts, isActive } from "./follow";
import { rateOf, useSamples } from "./samples";

interface BatchProgressProps {
  batch: BatchCounts;
  /** An estimate made from the file, if this page sent it. */
  expectedRows?: number | null;
}

export function BatchProgress({ batch, expectedRows: estimate = null }: BatchProgressProps) {
  const expectedRows = batch.rowsTotal ?? estimate ?? rowsByBytes(batch);
  const isRunning = isActive(batch);
  const samples = useSamples(batch);
  const seconds = secondsOf(batch);
  const rate = isRunning ? rateOf(samples) : seconds && batch.rowsReceived / seconds;
  const expected = Math.max(expectedRows ?? 0, batch.rowsReceived);
  const left = isRunning && rate && expectedRows ? (expected - batch.rowsReceived) / rate : null;
  return (
    <div class="progress">
      {isRunning &&
        (expectedRows ? (
          <progress max={expected} value={batch.rowsReceived} aria-label="Rows classified" />
        ) : (
          <progress aria-label="Classifying" />
        ))}
      <dl class="stats">
        <Stat
          label="Rows read"
          value={formatCount(batch.rowsReceived)}
          note={isRunning && expectedRows ? `of about ${formatEstimate(expected)}` : undefined}
        />
        <Stat label="Classified" value={formatCount(batch.rowsStored)} />
        <Stat
          label="Rejected"
          value={formatCount(batch.rowsRejected)}
          tone={batch.rowsRejected > 0 ? "bad" : undefined}
        />
        <Stat label="Rows a second" value={rate ? formatCount(Math.round(rate)) : "–"} />
        {isRunning ? (
          <Stat label="Time left" value={left === null ? "–" : `about ${formatDuration(left)}`} />
        ) : (
          <Stat label="Took" value={seconds === null ? "–" : formatDuration(seconds)} />
        )}
      </dl>
      {isRunning && samples.length > 3 && <Sparkline samples={samples} />}
    </div>
  );
}

export function secondsOf({ startedAt, finishedAt }: BatchCounts): number | null {
  return finishedAt ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000 : null;
}

/** How many rows the file has if they go on as they began. */
function rowsByBytes({ rowsReceived, bytesRead, bytesTotal }: BatchCounts): number | null {
  return bytesTotal && bytesRead ? (rowsReceived * bytesTotal) / bytesRead : null;
}
