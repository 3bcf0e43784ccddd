/** Report a batch's counts until it has ended. */

import type { Client } from "@urql/core";
import { onEnd, pipe, subscribe } from "wonka";
import type { ResultOf } from "../api/graphql";
import { tellOfChange } from "../api/other-tabs";
import { type CLASSIFY, COUNTS, PROGRESS } from "./operations";

export type BatchCounts = ResultOf<typeof CLASSIFY>["classifyBatch"];

const POLL_INTERVAL_MS = 700;

export function isActive(batch: Pick<BatchCounts, "status">): boolean {
  return batch.status === "QUEUED" || batch.status === "RUNNING";
}

/** Listen to events; if the stream breaks, poll instead. Return a function that stops both. */
export function follow(client: Client, id: string, report: (batch: BatchCounts) => void): () => void {
  let isOver = false;
  let stopEvents = () => {};
  const stop = () => {
    isOver = true;
    stopEvents();
  };
  const take = (batch: BatchCounts) => {
    report(batch);
    if (isActive(batch)) return;
    stop();
    tellOfChange();
  };
  const poll = async () => {
    while (!isOver) {
      const { data } = await client.query(COUNTS, { id }, { requestPolicy: "network-only" }).toPromise();
      if (isOver) return;
      if (data?.batch) take(data.batch);
      else if (data) return stop(); // deleted meanwhile
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
  };
  const { unsubscribe } = pipe(
    client.subscription(PROGRESS, { id }),
    onEnd(() => {
      if (!isOver) void poll();
    }),
    subscribe(({ data, error }) => {
      if (data) take(data.batchProgress);
      else if (error) queueMicrotask(() => stopEvents());
    }),
  );
  stopEvents = unsubscribe;
  return stop;
}
