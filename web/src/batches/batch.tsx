/** One batch: live while it runs, then its result. */

import { useQuery } from "@urql/preact";
import { jobOf } from "../classify/jobs";
import { Lazy } from "../frame/lazy";
import { AsGraphQL } from "../ui/as-graphql";
import { formatDateTime } from "../ui/format";
import { Icon } from "../ui/icons";
import { Card, Heading } from "../ui/layout";
import { Empty, FailedNotice, ProblemNotice, Skeleton } from "../ui/notices";
import { CancelButton } from "./cancel-button";
import { DeleteButton } from "./delete-button";
import { describeDetected } from "./detected";
import { BatchDownloads } from "./downloads";
import { type BatchCounts, isActive } from "./follow";
import { BATCH, COUNTS } from "./operations";
import { BatchProgress } from "./progress";
import { BatchResult } from "./result";
import { StatusBadge } from "./status-badge";
import { useFollowed } from "./use-followed";

const loadTracks = () => import("./tracks");

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
        {batch && <BatchDownloads batch={batch} />}
        {batch?.viewerMayChange &&
          (isActive(batch) ? <CancelButton id={id} /> : <DeleteButton batch={batch} />)}
      </Heading>
      {error && !batch && (
        <FailedNotice error={error} retry={() => refetch({ requestPolicy: "network-only" })} />
      )}
      {data && !data.batch && (
        <Card>
          <Empty icon="history" title="There is no such batch">
            <p>It may have been deleted, or the address is incomplete.</p>
            <a class="button" href="#/batches">
              Go to the batches
            </a>
          </Empty>
        </Card>
      )}
      {!data && !error && (
        <Card>
          <Skeleton />
        </Card>
      )}
      {batch && <Details batch={batch} />}
      {batch && hasTracks(batch) && <Lazy load={loadTracks} props={{ id: batch.id }} />}
    </>
  );
}

/** A reclassification owns no tracks; those of a running batch are still changing. */
function hasTracks(batch: BatchCounts): boolean {
  return batch.kind === "UPLOAD" && !isActive(batch) && batch.rowsStored > 0;
}

function Details({ batch }: { batch: BatchCounts }) {
  const job = jobOf(batch.id);
  return (
    <Card>
      {batch.error && <ProblemNotice problem={{ title: "The batch failed", detail: batch.error.message }} />}
      <BatchProgress batch={batch} />
      {!isActive(batch) && <BatchResult batch={batch} file={job?.file} />}
    </Card>
  );
}

function Facts({ batch }: { batch: BatchCounts }) {
  return (
    <span class="facts-line">
      <StatusBadge status={batch.status} />
      <span>{formatDateTime(batch.startedAt)}</span>
      <span>
        model <code>{batch.modelVersion}</code>
      </span>
      {batch.detected && <span>{describeDetected(batch.detected)}</span>}
    </span>
  );
}
