/** Batches that run although this page did not send them: before a reload, or in another tab. */

import { useStore } from "@nanostores/preact";
import { type BatchCounts, isActive } from "../batches/follow";
import { BatchProgress } from "../batches/progress";
import { useFollowed } from "../batches/use-followed";
import { linkTo } from "../frame/route";
import { Card } from "../ui/layout";
import { jobs } from "./jobs";

/** Each is followed by a stream, and browsers open only six connections to a host. */
const MAX_FOLLOWED = 2;

export function RunningBatches({ batches }: { batches: readonly BatchCounts[] }) {
  const own = new Set(useStore(jobs).map(({ batch }) => batch?.id));
  const others = batches.filter((batch) => isActive(batch) && !own.has(batch.id));
  return (
    <>
      {others.slice(0, MAX_FOLLOWED).map((batch) => (
        <RunningBatch key={batch.id} batch={batch} />
      ))}
    </>
  );
}

function RunningBatch({ batch: fetched }: { batch: BatchCounts }) {
  const batch = useFollowed(fetched) ?? fetched;
  return (
    <Card title={<a href={linkTo("batches", batch.id)}>{batch.fileName}</a>} hint="Still being classified">
      <BatchProgress batch={batch} />
    </Card>
  );
}
