/** One file of the history: live while it runs, then its result. */

import { useClient, useMutation, useQuery } from "@urql/preact";
import { useEffect, useState } from "preact/hooks";
import { BATCH, COUNTS, DELETE_BATCH } from "../api/documents";
import { problemOf } from "../api/errors";
import { hasField } from "../api/outline";
import { formatDateTime } from "../format";
import { fileOf, follow, isActive, jobOf, type BatchCounts } from "../jobs";
import { Icon } from "../ui/icons";
import { AsGraphQL, Button, Card, Empty, Heading, ProblemNotice, Skeleton, StatusBadge } from "../ui/parts";
import { BatchResult } from "./batch-result";
import { BatchProgress } from "./job";

export function BatchView({ id }: { id: string }) {
  const [{ data, error }, refetch] = useQuery({ query: COUNTS, variables: { id } });
  const batch = useFollowed(data?.batch ?? null);
  return (
    <>
      <a class="back" href="#/batches">
        <Icon name="back" />
        Batches
      </a>
      <Heading title={batch?.fileName ?? "Batch"} lead={batch && <Facts batch={batch} />}>
        <AsGraphQL operation={BATCH} variables={{ id }} />
        {batch && !isActive(batch) && hasField("Mutation", "deleteBatch") && <DeleteButton batch={batch} />}
      </Heading>
      {error && !batch && (
        <ProblemNotice problem={problemOf(error)}>
          <Button onClick={() => refetch({ requestPolicy: "network-only" })}>Try again</Button>
        </ProblemNotice>
      )}
      {data && !data.batch && <Card><Empty icon="history" title="There is no such batch" /></Card>}
      {!data && !error && <Card><Skeleton /></Card>}
      {batch && (
        <Card>
          {batch.error && (
            <ProblemNotice problem={{ title: "The batch stopped half-way", detail: batch.error.message }} />
          )}
          <BatchProgress batch={batch} expectedRows={jobOf(id)?.expectedRows ?? null} />
          {!isActive(batch) && <BatchResult batch={batch} file={fileOf(id)} />}
        </Card>
      )}
    </>
  );
}

function Facts({ batch }: { batch: BatchCounts }) {
  return (
    <span class="verdict">
      <StatusBadge status={batch.status} />
      <span>{formatDateTime(batch.startedAt)}</span>
      <span>
        model <code>{batch.modelVersion}</code>
      </span>
    </span>
  );
}

function useFollowed(fetched: BatchCounts | null): BatchCounts | null {
  const client = useClient();
  const [live, setLive] = useState<BatchCounts | null>(null);
  const isRunning = fetched !== null && isActive(fetched);
  useEffect(() => {
    if (fetched && isRunning) return follow(client, fetched.id, setLive);
  }, [fetched?.id, isRunning]);
  return live ?? fetched;
}

function DeleteButton({ batch }: { batch: BatchCounts }) {
  const [{ fetching, error }, remove] = useMutation(DELETE_BATCH);
  const [isSure, setSure] = useState(false);

  async function confirm(): Promise<void> {
    const { error } = await remove({ id: batch.id });
    if (!error) location.hash = "#/batches";
  }

  if (error) return <ProblemNotice problem={problemOf(error)} />;
  if (!isSure) {
    return (
      <Button kind="quiet" icon="trash" onClick={() => setSure(true)}>
        Delete
      </Button>
    );
  }
  return (
    <span class="confirm" role="group" aria-label="Delete this batch">
      <span>Delete its tracks for good?</span>
      <Button kind="danger" disabled={fetching} onClick={confirm}>
        Delete
      </Button>
      <Button kind="quiet" onClick={() => setSure(false)}>
        Keep
      </Button>
    </span>
  );
}
