/** One file: how far it is, how fast, what came of it. */

import { useClient, useMutation } from "@urql/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { COUNTS, DELETE_BATCH } from "../api/documents";
import { formatBytes, formatCount, formatDuration, formatEstimate, formatPercent } from "../format";
import { addFiles, cancelJob, dismissJob, isActive, type BatchCounts, type Job, type Sample } from "../jobs";
import { linkTo } from "../router";
import { AsGraphQL, Button, ProblemNotice, Stat } from "../ui/parts";
import { Sparkline } from "../ui/sparkline";
import { BatchResult } from "./batch-result";

const RATE_WINDOW_MS = 10_000;

export function JobCard({ job }: { job: Job }) {
  const { file, phase, batch, problem } = job;
  const client = useClient();
  const isSending = phase === "waiting" || phase === "sending";
  const isOver = phase === "done" || phase === "failed" || phase === "cancelled";
  return (
    <article class="card job" aria-label={file.name}>
      <header class="card-head">
        <div>
          <h2>{batch ? <a href={linkTo("batches", batch.id)}>{file.name}</a> : file.name}</h2>
          <p class="hint">
            {formatBytes(file.size)} · <PhaseWord job={job} />
          </p>
        </div>
        <div class="actions">
          {batch && <AsGraphQL operation={COUNTS} variables={{ id: batch.id }} />}
          {isSending && (
            <Button icon="close" onClick={() => cancelJob(job.key)}>
              Cancel
            </Button>
          )}
          {batch?.status === "QUEUED" && <DropButton job={job} id={batch.id} />}
          {(phase === "cancelled" || (phase === "failed" && !batch)) && (
            <Button icon="undo" onClick={() => (dismissJob(job.key), addFiles(client, [file]))}>
              Send again
            </Button>
          )}
          {isOver && (
            <Button kind="quiet" icon="close" onClick={() => dismissJob(job.key)}>
              Dismiss
            </Button>
          )}
        </div>
      </header>
      <p class="hidden" role="status">{announcementOf(job)}</p>
      {problem && <ProblemNotice problem={problem} />}
      {isSending && <SendingBar job={job} />}
      {phase === "classifying" && !batch && <WaitingBar />}
      {batch && phase !== "cancelled" && <BatchProgress batch={batch} expectedRows={job.expectedRows} />}
      {batch && !isActive(batch) && <BatchResult batch={batch} file={file} />}
    </article>
  );
}

/** What a screen reader says: each phase and each quarter, not each event. */
function announcementOf({ file, phase, sent, total, batch, expectedRows }: Job): string {
  const share =
    phase === "sending" ? sent / total : (batch?.rowsReceived ?? 0) / Math.max(expectedRows ?? 0, 1);
  const quarter = Math.min(Math.floor(share * 4) * 25, 100);
  if (phase === "sending" || (phase === "classifying" && batch)) {
    return `${file.name}: ${phase}, ${quarter}%`;
  }
  if (phase === "done" && batch) {
    return `${file.name}: ${batch.rowsStored} classified, ${batch.rowsRejected} rejected`;
  }
  return `${file.name}: ${phase}`;
}

/** A batch that nobody has begun to read can still be called back. */
function DropButton({ job, id }: { job: Job; id: string }) {
  const [{ fetching }, remove] = useMutation(DELETE_BATCH);
  return (
    <Button
      icon="close"
      disabled={fetching}
      onClick={async () => {
        const { error } = await remove({ id });
        if (!error) cancelJob(job.key);
      }}
    >
      Cancel
    </Button>
  );
}

function PhaseWord({ job: { phase, batch } }: { job: Job }) {
  if (phase === "waiting") return <>waits for the file before it</>;
  if (phase === "sending") return <>sending</>;
  if (phase === "classifying") return <>{batch?.status === "QUEUED" ? "queued" : "classifying"}</>;
  if (phase === "cancelled") return <>cancelled; nothing was stored</>;
  return <>{phase}</>;
}

function SendingBar({ job: { sent, total, phase } }: { job: Job }) {
  const share = total > 0 ? sent / total : 0;
  return (
    <div class="sending">
      <progress max={1} value={share} aria-label="Sent" />
      <span class="numbers">
        {phase === "waiting" ? "Waiting" : `${formatPercent(share)} sent`} · {formatBytes(sent)} of{" "}
        {formatBytes(total)}
      </span>
    </div>
  );
}

function WaitingBar() {
  return (
    <div class="sending">
      <progress aria-label="Classifying" />
      <span class="numbers">Sent; the service is classifying it</span>
    </div>
  );
}

interface BatchProgressProps {
  batch: BatchCounts;
  expectedRows: number | null;
}

/** Counts, rate and time left of a batch, live while it runs. */
export function BatchProgress({ batch, expectedRows }: BatchProgressProps) {
  const isRunning = isActive(batch);
  const samples = useSamples(batch);
  const rate = isRunning ? rateOf(samples) : overallRate(batch);
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
          <Stat label="Took" value={tookOf(batch)} />
        )}
      </dl>
      {isRunning && samples.length > 3 && <Sparkline samples={samples} />}
    </div>
  );
}

function useSamples(batch: BatchCounts): Sample[] {
  const [samples, setSamples] = useState<Sample[]>([]);
  const last = useRef(-1);
  useEffect(() => {
    if (batch.rowsReceived === last.current) return;
    last.current = batch.rowsReceived;
    setSamples((kept) => [...kept.slice(-240), { at: Date.now(), rows: batch.rowsReceived }]);
  }, [batch.rowsReceived]);
  return samples;
}

function rateOf(samples: Sample[]): number | null {
  const last = samples.at(-1);
  const recent = samples.find(({ at }) => last && last.at - at <= RATE_WINDOW_MS);
  const first = recent === last ? samples.at(-2) : recent; // chunks may come more slowly
  if (!first || !last || first.at === last.at) return null;
  return ((last.rows - first.rows) / (last.at - first.at)) * 1_000;
}

function secondsOf({ startedAt, finishedAt }: BatchCounts): number | null {
  return finishedAt ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000 : null;
}

function overallRate(batch: BatchCounts): number | null {
  const seconds = secondsOf(batch);
  return seconds ? batch.rowsReceived / seconds : null;
}

function tookOf(batch: BatchCounts): string {
  const seconds = secondsOf(batch);
  return seconds === null ? "–" : formatDuration(seconds);
}
