/** Uploads of this page: sent one after the other, then followed until they are classified. */

import type { Client } from "@urql/core";
import { atom } from "nanostores";
import { isCancelled, type Problem, problemOf } from "../api/errors";
import { type BatchCounts, follow, isActive } from "../batches/follow";
import { readHeader } from "../csv/header";
import { PREVIEW, type Preview, type ReadOptions } from "./operations";
import { sendFile } from "./sending";

export interface Job {
  key: number;
  file: File;
  phase:
    | "waiting"
    | "checking"
    | "sending"
    | "saving"
    | "retrying"
    | "classifying"
    | "done"
    | "failed"
    | "cancelled";
  sent: number;
  total: number;
  /** Why the file is going to be sent again. */
  reason: string;
  /** The header and how it would be read, while a person checks that. */
  check: { header: string[]; preview: Preview } | null;
  batch: BatchCounts | null;
  problem: Problem | null;
}

const PHASES = {
  QUEUED: "classifying",
  RUNNING: "classifying",
  DONE: "done",
  FAILED: "failed",
  CANCELLED: "cancelled",
} as const;

export const jobs = atom<Job[]>([]);
const cancels = new Map<number, AbortController>();
const stops = new Map<number, () => void>();
let nextKey = 1;
let running: Promise<void> = Promise.resolve();

export function addFiles(client: Client, files: Iterable<File>): void {
  for (const file of files) {
    const job: Job = {
      key: nextKey++,
      file,
      phase: "waiting",
      sent: 0,
      total: file.size,
      reason: "",
      check: null,
      batch: null,
      problem: null,
    };
    cancels.set(job.key, new AbortController());
    jobs.set([job, ...jobs.get()]);
    running = running.then(() => checkAndSend(client, job));
  }
}

/** Send a file whose columns a person has checked. */
export function sendMapped(client: Client, key: number, options: ReadOptions): void {
  const job = jobs.get().find((one) => one.key === key);
  if (job?.phase !== "checking") return;
  update(key, { phase: "waiting", check: null });
  running = running.then(() => send(client, job, options));
}

export function cancelJob(key: number): void {
  stopJob(key);
  update(key, { phase: "cancelled", check: null });
}

export function dismissJob(key: number): void {
  cancels.delete(key);
  stops.delete(key);
  jobs.set(jobs.get().filter((job) => job.key !== key));
}

export function forgetJobs(): void {
  for (const { key } of jobs.get()) {
    stopJob(key);
    dismissJob(key);
  }
}

/** The job that sent a batch, if this page did. */
export function jobOf(batchId: string): Job | undefined {
  return jobs.get().find((job) => job.batch?.id === batchId);
}

export function isRunning({ phase }: Job): boolean {
  return phase === "classifying" || isSending({ phase });
}

/** Whether the service does not have the file yet. */
export function isSending({ phase }: Pick<Job, "phase">): boolean {
  return (
    phase === "waiting" ||
    phase === "checking" ||
    phase === "sending" ||
    phase === "saving" ||
    phase === "retrying"
  );
}

function stopJob(key: number): void {
  cancels.get(key)?.abort();
  stops.get(key)?.();
}

function update(key: number, changes: Partial<Job>): void {
  jobs.set(jobs.get().map((job) => (job.key === key ? { ...job, ...changes } : job)));
}

/** Send a file, unless its columns have other names: then a person has a look first. */
async function checkAndSend(client: Client, job: Job): Promise<void> {
  const header = await readHeader(job.file).catch(() => null);
  if (!header || cancels.get(job.key)?.signal.aborted) return send(client, job, null);
  const { data } = await client.query(PREVIEW, { header, columns: null, allowMissing: false }).toPromise();
  const preview = data?.previewColumns;
  // A file with none of our columns is something else; the service says what.
  if (!preview || preview.exact || preview.columns.length === 0) return send(client, job, null);
  if (!cancels.get(job.key)?.signal.aborted)
    update(job.key, { phase: "checking", check: { header, preview } });
}

async function send(client: Client, { key, file }: Job, options: ReadOptions | null): Promise<void> {
  const cancel = cancels.get(key)?.signal;
  if (!cancel || cancel.aborted) return;
  update(key, { phase: "sending" });
  const { batch, error } = await sendFile(client, file, options, cancel, {
    onProgress: ({ sent, total }) => update(key, { sent, total, phase: sent < total ? "sending" : "saving" }),
    onWait: (reason) => update(key, { sent: 0, reason, phase: "retrying" }),
  });
  if (!batch) {
    if (cancel.aborted || isCancelled(error!)) update(key, { phase: "cancelled" });
    else update(key, { phase: "failed", problem: problemOf(error!) });
    return;
  }
  reportBatch(key, batch);
  if (isActive(batch)) {
    stops.set(
      key,
      follow(client, batch.id, (counts) => reportBatch(key, counts)),
    );
  }
}

function reportBatch(key: number, batch: BatchCounts): void {
  const problem = batch.error && { title: "The batch failed", detail: batch.error.message };
  update(key, { batch, problem, phase: PHASES[batch.status] });
}

// Only this page has the files that are not sent yet.
addEventListener("beforeunload", (event) => {
  if (jobs.get().some(isSending)) event.preventDefault();
});
