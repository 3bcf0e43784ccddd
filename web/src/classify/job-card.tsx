/** One upload: how far it is, and then its result. */

import { useClient } from "@urql/preact";
import { CancelButton } from "../batches/cancel-button";
import { isActive } from "../batches/follow";
import { COUNTS } from "../batches/operations";
import { BatchProgress } from "../batches/progress";
import { BatchResult } from "../batches/result";
import { linkTo } from "../frame/route";
import { AsGraphQL } from "../ui/as-graphql";
import { Button } from "../ui/button";
import { formatBytes, formatPercent, plural } from "../ui/format";
import { ProblemNotice } from "../ui/notices";
import { addFiles, cancelJob, dismissJob, isRunning, type Job } from "./jobs";

export function JobCard({ job }: { job: Job }) {
  const { file, phase, batch, problem } = job;
  const isSending = phase === "waiting" || phase === "sending";
  return (
    <article class="card job" aria-label={file.name}>
      <header class="card-head">
        <div>
          <h2>{batch ? <a href={linkTo("batches", batch.id)}>{file.name}</a> : file.name}</h2>
          <p class="hint">
            {formatBytes(file.size)} · {phaseOf(job)}
          </p>
        </div>
        <JobActions job={job} />
      </header>
      <p class="hidden" role="status">
        {announcementOf(job)}
      </p>
      {problem && <ProblemNotice problem={problem} />}
      {isSending && <SendingBar job={job} />}
      {phase === "classifying" && !batch && <WaitingBar />}
      {batch && <BatchProgress batch={batch} expectedRows={job.expectedRows} />}
      {batch && !isActive(batch) && <BatchResult batch={batch} file={file} />}
    </article>
  );
}

function JobActions({ job }: { job: Job }) {
  const { key, file, phase, batch } = job;
  const client = useClient();
  return (
    <div class="actions">
      {batch && <AsGraphQL operation={COUNTS} variables={{ id: batch.id }} />}
      {(phase === "waiting" || phase === "sending") && (
        <Button icon="close" onClick={() => cancelJob(key)}>
          Cancel
        </Button>
      )}
      {batch && isActive(batch) && <CancelButton id={batch.id} />}
      {(phase === "cancelled" || (phase === "failed" && !batch)) && (
        <Button
          icon="undo"
          onClick={() => {
            dismissJob(key);
            addFiles(client, [file]);
          }}
        >
          Send again
        </Button>
      )}
      {!isRunning(job) && (
        <Button kind="quiet" icon="close" onClick={() => dismissJob(key)}>
          Dismiss
        </Button>
      )}
    </div>
  );
}

function phaseOf({ phase, batch }: Job): string {
  if (phase === "waiting") return "waiting for the file before it";
  if (phase === "classifying" && batch?.status === "QUEUED") return "queued";
  if (phase === "cancelled") {
    return `cancelled; ${batch?.rowsStored ? `${plural(batch.rowsStored, "track")} were stored` : "nothing was stored"}`;
  }
  return phase;
}

/** What a screen reader announces: each phase and each quarter, not each event. */
function announcementOf({ file, phase, sent, total, batch, expectedRows }: Job): string {
  const share =
    phase === "sending" ? sent / total : (batch?.rowsReceived ?? 0) / Math.max(expectedRows ?? 0, 1);
  const quarter = Math.min(Math.floor(share * 4) * 25, 100);
  if (phase === "sending" || (phase === "classifying" && batch)) return `${file.name}: ${phase}, ${quarter}%`;
  if (phase === "done" && batch) {
    return `${file.name}: ${batch.rowsStored} classified, ${batch.rowsRejected} rejected`;
  }
  return `${file.name}: ${phase}`;
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
      <span class="numbers">Upload complete. Classifying …</span>
    </div>
  );
}
