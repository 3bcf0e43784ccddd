/**
 * Send a file, and send it again when the service was away or busy. That is safe: the same file gives the
 * same rows, however often it arrives.
 */

import type { Client, CombinedError } from "@urql/core";
import { READY_URL } from "../api/address";
import { isReachable } from "../api/connection";
import { isCancelled, problemOf, statusOf } from "../api/errors";
import { fetchWithProgress, type UploadProgress } from "../api/upload-fetch";
import type { BatchCounts } from "../batches/follow";
import { CLASSIFY } from "../batches/operations";
import type { ReadOptions } from "./operations";

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** After so many failures in a row, about 90 s, a service that says it is ready won't take this file. */
const MAX_FAILURES = 7;

export interface Watcher {
  onProgress: (progress: UploadProgress) => void;
  /** The service is away or busy; the file is sent again by itself. */
  onWait: (reason: string) => void;
}

interface Outcome {
  batch?: BatchCounts;
  error?: CombinedError;
}

export async function sendFile(
  client: Client,
  file: File,
  options: ReadOptions | null,
  cancel: AbortSignal,
  { onProgress, onWait }: Watcher,
): Promise<Outcome> {
  let failures = 0; // in a row, of a service that was ready
  for (;;) {
    let retryAfterMs = 0;
    const send = fetchWithProgress(onProgress, cancel);
    const { data, error } = await client
      .mutation(
        CLASSIFY,
        { csvFile: file, ...options },
        {
          fetch: async (...request) => {
            const response = await send(...request);
            retryAfterMs = readRetryAfter(response.headers.get("retry-after"));
            return response;
          },
        },
      )
      .toPromise();
    if (!error) return { batch: data!.classifyBatch };
    const isTooOften = failures >= MAX_FAILURES;
    if (!isTemporary(error) || isTooOften || !(await canRead(file))) return { error };
    onWait(isReachable.get() ? "It is busy" : "It can't be reached");
    const wasAway = await waitUntilReady(Math.max(retryAfterMs, delayOf(failures)), cancel);
    if (cancel.aborted) return { error };
    failures = wasAway ? 0 : failures + 1;
  }
}

function isTemporary(error: CombinedError): boolean {
  if (isCancelled(error)) return false;
  const status = statusOf(error);
  if (error.networkError) return status === undefined || status === 502 || status === 503;
  return problemOf(error).code === "SERVICE_UNAVAILABLE";
}

/** A browser reports a file that was moved or changed as a failure of the network. */
async function canRead(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

/** Longer after each failure, and not the same for everyone who waits. */
function delayOf(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS) * (0.75 + Math.random() / 2);
}

/** The header has seconds or a date. */
function readRetryAfter(header: string | null): number {
  if (!header) return 0;
  const delay = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Math.max(0, delay || 0);
}

/** Wait, at least so long, until the service is ready; return whether it was away before. */
async function waitUntilReady(delayMs: number, cancel: AbortSignal): Promise<boolean> {
  for (let probes = 0; ; probes++) {
    await pause(Math.min(delayMs * 2 ** probes, Math.max(delayMs, LONGEST_DELAY_MS)), cancel);
    if (cancel.aborted) return false;
    const response = await fetch(READY_URL).catch(() => null);
    if (response?.ok) return probes > 0;
  }
}

/** Until the time is over, the service is back, or the person cancels. */
function pause(delayMs: number, cancel: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stopListening();
      cancel.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    const stopListening = isReachable.listen((isUp) => isUp && done());
    cancel.addEventListener("abort", done);
  });
}
