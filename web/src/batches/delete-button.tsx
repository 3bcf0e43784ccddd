/** Delete a batch, after saying what becomes of its tracks and corrections. */

import { useMutation, useQuery } from "@urql/preact";
import { useState } from "preact/hooks";
import { problemOf } from "../api/errors";
import { Confirm } from "../ui/confirm";
import { plural } from "../ui/format";
import { ProblemNotice } from "../ui/notices";
import type { BatchCounts } from "./follow";
import { DELETE_BATCH, DELETION } from "./operations";

export function DeleteButton({ batch }: { batch: BatchCounts }) {
  const { id } = batch;
  const [{ fetching, error }, remove] = useMutation(DELETE_BATCH);
  const [isAsked, setAsked] = useState(false);
  const [counted, count] = useQuery({
    query: DELETION,
    variables: { id },
    pause: !isAsked,
    requestPolicy: "network-only",
  });
  const deletion = counted.fetching || counted.stale ? null : counted.data?.batch?.deletion;

  function ask(): void {
    setAsked(true);
    if (isAsked) count({ requestPolicy: "network-only" });
  }

  async function run(): Promise<void> {
    const { error } = await remove({ id });
    if (!error) location.hash = "#/batches";
  }

  if (error) return <ProblemNotice problem={problemOf(error)} />;
  return (
    <Confirm
      label="Delete"
      icon="trash"
      kind="quiet"
      question={question(batch, deletion, counted.error !== undefined)}
      yes="Delete"
      no="Keep"
      isDanger
      disabled={fetching}
      isReady={Boolean(deletion)}
      onAsk={ask}
      act={run}
    />
  );
}

interface Deletion {
  tracksDeleted: number;
  tracksReturned: number;
  correctionsKept: number;
}

function question(batch: BatchCounts, deletion: Deletion | null | undefined, isFailed: boolean): string {
  if (isFailed) return "The tracks cannot be counted at the moment. Try again later.";
  if (!deletion) return "Counting what would be deleted…";
  if (batch.kind !== "UPLOAD") return "Delete this entry? Its tracks stay as they are.";
  const { tracksDeleted, tracksReturned, correctionsKept } = deletion;
  if (tracksDeleted + tracksReturned === 0) return "Delete this batch? No track belongs to it now.";
  const deleted = `${plural(tracksDeleted, "track")} will be deleted`;
  const returned = `${plural(tracksReturned, "track")} will go back to an earlier batch`;
  const kept = correctionsKept > 0 ? ` ${plural(correctionsKept, "correction")} will be kept.` : "";
  return `Delete this batch? ${deleted} and ${returned}.${kept}`;
}
