/** One upload: how far it is, and then its result. */

import { useClient } from "@urql/preact";
import { CancelButton } from "../batches/cancel-button";
import { BatchDownloads } from "../batches/downloads";
import { isActive } from "../batches/follow";
import { COUNTS } from "../batches/operations";
import { BatchProgress, shareOf } from "../batches/progress";
import { BatchResult } from "../batches/result";
import { linkTo } from "../frame/route";
import { AsGraphQL } from "../ui/as-graphql";
import { Button } from "../ui/button";
import { formatBytes, plural } from "../ui/format";
import { ProblemNotice } from "../ui/notices";
import { ColumnCheck } from "./column-check";
import { addFiles, cancelJob, dismissJob, isRunning, isSending, type Job } from "./jobs";

export function JobCard({ job }: { job: Job }) {
  const { file, batch, problem } = job;
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
      {job.check && <ColumnCheck job={job} header={job.check.header} first={job.check.preview} />}
      {isSending(job) && !job.check && <SendingBar job={job} />}
      {batch && <BatchProgress batch={batch} />}
      {batch && !isActive(batch) && <BatchResult batch={batch} file={file} />}
    </article>
  );
}

function JobActions({ job }: { job: Job }) {
  const { key, file, phase, batch } = job;
  const client = useClient();
  return (
    <div class="actions">
      {batch && <BatchDownloads batch={batch} />}
      {batch && <AsGraphQL operation={COUNTS} variables={{ id: batch.id }} />}
      {isSending(job) && (
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

function phaseOf({ phase, batch, reason }: Job): string {
  if (phase === "waiting") return "waiting for the file before it";
  if (phase === "checking") return "check its columns, then it is sent";
  if (phase === "saving") return "sent; the service is checking and saving it";
  if (phase === "retrying") return `waiting for the service. ${reason}`;
  if (phase === "classifying" && batch?.status === "QUEUED") return "queued";
  if (phase === "cancelled") {
    return `cancelled; ${batch?.rowsStored ? `${plural(batch.rowsStored, "track")} were stored` : "nothing was stored"}`;
  }
  return phase;
}

/** What a screen reader announces: each phase and each quarter, not each event. */
function announcementOf(job: Job): string {
  const { file, phase, sent, total, batch } = job;
  if (phase === "done" && batch) {
    return `${file.name}: ${batch.rowsStored} classified, ${batch.rowsRejected} rejected`;
  }
  const share = phase === "sending" ? sent / total : batch && shareOf(batch);
  const quarter = share ? `, ${Math.floor(share * 4) * 25}%` : "";
  return `${file.name}: ${phaseOf(job)}${quarter}`;
}

function SendingBar({ job: { sent, total, phase } }: { job: Job }) {
  const share = total > 0 ? sent / total : 0;
  if (phase === "saving") return <Unmeasured text={`${formatBytes(total)} sent. Checking and saving …`} />;
  if (phase === "retrying") {
    return (
      <Unmeasured text="Waiting for the service … it is sent again by itself, and nothing is stored twice." />
    );
  }
  return (
    <div class="sending">
      <progress max={1} value={share} aria-label="Sent" />
      <span class="numbers">
        {phase === "waiting" ? "Waiting" : `Sending: ${Math.floor(share * 100)}% sent`} · {formatBytes(sent)}{" "}
        of {formatBytes(total)}
      </span>
    </div>
  );
}

function Unmeasured({ text }: { text: string }) {
  return (
    <div class="sending">
      <progress aria-label={text} />
      <span class="numbers">{text}</span>
    </div>
  );
}
