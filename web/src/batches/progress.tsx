/** How far a batch is, and its counts. Every number comes from the service; a reload shows the same. */

import { formatBytes, formatCount, formatDuration } from "../ui/format";
import { Stat } from "../ui/layout";
import { type BatchCounts, isActive } from "./follow";

export function BatchProgress({ batch }: { batch: BatchCounts }) {
  const isRunning = isActive(batch);
  return (
    <div class="progress">
      {isRunning && <Bar batch={batch} />}
      <dl class="stats">
        <Stat label="Classified" value={formatCount(batch.rowsStored)} />
        <Stat
          label="Rejected"
          value={formatCount(batch.rowsRejected)}
          tone={batch.rowsRejected > 0 ? "bad" : undefined}
        />
        {isRunning ? <TimeLeft batch={batch} /> : <Took batch={batch} />}
      </dl>
      {isRunning && batch.rowsPerSecond !== null && (
        <details class="rate">
          <summary>Speed</summary>
          <p class="numbers">
            {formatCount(Math.round(batch.rowsPerSecond))} rows a second over the last 10 seconds;{" "}
            {formatCount(batch.rowsReceived)} rows read
          </p>
        </details>
      )}
    </div>
  );
}

function Bar({ batch }: { batch: BatchCounts }) {
  const share = shareOf(batch);
  return (
    <div class="sending">
      {share ? (
        <progress max={1} value={share} aria-label="Classified" />
      ) : (
        <progress aria-label="Classifying" />
      )}
      <span class="numbers">{describe(batch)}</span>
    </div>
  );
}

function describe(batch: BatchCounts): string {
  const { status, rowsReceived, rowsTotal, bytesRead, bytesTotal } = batch;
  if (status === "QUEUED") return "Queued. It starts when others before it have ended.";
  const share = shareOf(batch);
  if (!share) return "Classifying …";
  const percent = `${Math.floor(share * 100)}% classified`;
  if (rowsTotal !== null)
    return `${percent} · ${formatCount(rowsReceived)} of ${formatCount(rowsTotal)} tracks`;
  return `${percent} · ${formatBytes(bytesRead)} of ${formatBytes(bytesTotal!)}`;
}

/** How much is classified and stored, 0 to 1; null if the service can't know. 1 only when all is done. */
export function shareOf({ rowsReceived, rowsTotal, bytesRead, bytesTotal }: BatchCounts): number | null {
  if (rowsTotal !== null) return rowsTotal > 0 ? rowsReceived / rowsTotal : null;
  return bytesTotal ? bytesRead / bytesTotal : null;
}

function TimeLeft({ batch: { secondsLeft } }: { batch: BatchCounts }) {
  return (
    <Stat label="Time left" value={secondsLeft === null ? "–" : `about ${formatDuration(secondsLeft)}`} />
  );
}

function Took({ batch }: { batch: BatchCounts }) {
  const seconds = secondsOf(batch);
  return <Stat label="Took" value={seconds === null ? "–" : formatDuration(seconds)} />;
}

export function secondsOf({ startedAt, finishedAt }: BatchCounts): number | null {
  return finishedAt ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000 : null;
}
