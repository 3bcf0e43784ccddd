/** Files on their way: sent one after the other, then followed until they are classified. */

import type { Client } from "@urql/core";
import { onEnd, pipe, subscribe } from "wonka";
import { CLASSIFY, COUNTS, PROGRESS } from "./api/documents";
import { isCancelled, problemOf, type Problem } from "./api/errors";
import type { ResultOf } from "./api/graphql";
import { hasField } from "./api/outline";
import { fetchWithProgress } from "./api/upload";
import { estimateRows } from "./csv/scan";
import { createStore } from "./store";

export type BatchCounts = ResultOf<typeof CLASSIFY>["classifyBatch"];

export interface Sample {
  at: number;
  rows: number;
}

export interface Job {
  key: number;
  file: File;
  phase: "waiting" | "sending" | "classifying" | "done" | "failed" | "cancelled";
  sent: number;
  total: number;
  /** Data rows that the file seems to have. */
  expectedRows: number | null;
  batch: BatchCounts | null;
  problem: Problem | null;
}

const POLL_INTERVAL_MS = 700;
export const jobs = createStore<Job[]>([]);
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
      expectedRows: null,
      batch: null,
      problem: null,
    };
    cancels.set(job.key, new AbortController());
    jobs.set([job, ...jobs.get()]);
    running = running.then(() => send(client, job));
  }
}

export function cancelJob(key: number): void {
  cancels.get(key)?.abort();
  stops.get(key)?.();
  update(key, { phase: "cancelled" });
}

export function dismissJob(key: number): void {
  cancels.delete(key);
  stops.delete(key);
  jobs.set(jobs.get().filter((job) => job.key !== key));
}

export function forgetJobs(): void {
  for (const { key } of jobs.get()) {
    cancels.get(key)?.abort();
    stops.get(key)?.();
    dismissJob(key);
  }
}

/** The file of a batch, if it was sent from this page. */
export function fileOf(batchId: string): File | undefined {
  return jobs.get().find((job) => job.batch?.id === batchId)?.file;
}

export function jobOf(batchId: string): Job | undefined {
  return jobs.get().find((job) => job.batch?.id === batchId);
}

function update(key: number, changes: Partial<Job>): void {
  jobs.set(jobs.get().map((job) => (job.key === key ? { ...job, ...changes } : job)));
}

async function send(client: Client, { key, file }: Job): Promise<void> {
  const cancel = cancels.get(key)?.signal;
  if (!cancel || cancel.aborted) return;
  update(key, { phase: "sending" });
  void estimateRows(file).then(
    (expectedRows) => update(key, { expectedRows }),
    () => undefined, // the upload itself will say that the file can't be read
  );
  const report = fetchWithProgress(({ sent, total }) => {
    update(key, { sent, total, phase: sent < total ? "sending" : "classifying" });
  }, cancel);
  const { data, error } = await client
    .mutation(CLASSIFY, { csvFile: file }, { fetch: report })
    .toPromise();
  if (error) {
    if (isCancelled(error)) update(key, { phase: "cancelled" });
    else update(key, { phase: "failed", problem: problemOf(error) });
    return;
  }
  const batch = data!.classifyBatch;
  reportBatch(key, batch);
  if (isActive(batch)) {
    stops.set(key, follow(client, batch.id, (counts) => reportBatch(key, counts)));
  }
}

function reportBatch(key: number, batch: BatchCounts): void {
  const phases = { QUEUED: "classifying", RUNNING: "classifying", DONE: "done", FAILED: "failed" };
  const problem = batch.error && { title: "The batch stopped half-way", detail: batch.error.message };
  update(key, { batch, problem, phase: phases[batch.status] as Job["phase"] });
}

export function isActive(batch: Pick<BatchCounts, "status">): boolean {
  return batch.status === "QUEUED" || batch.status === "RUNNING";
}

/** Report a batch's counts until it is done: by events, or by asking where there are none. */
export function follow(
  client: Client,
  id: string,
  report: (batch: BatchCounts) => void,
): () => void {
  let isOver = false;
  let stopEvents = () => {};
  const take = (batch: BatchCounts) => {
    report(batch);
    if (!isActive(batch)) stop();
  };
  const stop = () => {
    isOver = true;
    stopEvents();
  };
  const poll = async () => {
    while (!isOver) {
      const { data } = await client
        .query(COUNTS, { id }, { requestPolicy: "network-only" })
        .toPromise();
      if (isOver) return;
      if (data?.batch) take(data.batch);
      else if (data) return stop(); // deleted meanwhile
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
  };
  if (!hasField("Subscription", "batchProgress")) {
    void poll();
    return stop;
  }
  const { unsubscribe } = pipe(
    client.subscription(PROGRESS, { id }),
    onEnd(() => {
      if (!isOver) void poll(); // the stream broke: the batch goes on without it
    }),
    subscribe(({ data, error }) => {
      if (data) take(data.batchProgress);
      else if (error) queueMicrotask(() => stopEvents());
    }),
  );
  stopEvents = unsubscribe;
  return stop;
}
