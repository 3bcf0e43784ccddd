/** What became of a batch: its tracks by genre, and its rejected rows. */

import { useQuery } from "@urql/preact";
import { linkTo } from "../frame/route";
import { Bars, genreBar } from "../ui/bars";
import { formatCount, formatPercent } from "../ui/format";
import { Icon } from "../ui/icons";
import { Skeleton } from "../ui/notices";
import type { BatchCounts } from "./follow";
import { BATCH } from "./operations";
import { Rejects } from "./rejects";

export interface BatchResultProps {
  batch: BatchCounts;
  /** The file, if this page uploaded it. */
  file?: File;
}

export function BatchResult({ batch, file }: BatchResultProps) {
  if (batch.kind === "RECLASSIFY" && batch.rowsRejected === 0) return null; // it has no tracks of its own
  return (
    <div class={batch.rowsRejected > 0 ? "columns result" : "result"}>
      {batch.rowsStored > 0 && batch.kind === "UPLOAD" && <BatchGenres batch={batch} />}
      {batch.rowsRejected > 0 && <Rejects batch={batch} file={file} />}
    </div>
  );
}

function BatchGenres({ batch }: { batch: BatchCounts }) {
  const [{ data }] = useQuery({ query: BATCH, variables: { id: batch.id } });
  const genres = [...(data?.batch?.genres ?? [])].sort((a, b) => b.trackCount - a.trackCount);
  return (
    <section>
      <h3>Genres in this file</h3>
      {data ? (
        <Bars
          label="Tracks by genre"
          bars={genres.map(({ name, trackCount }) =>
            genreBar(
              name,
              trackCount,
              `${formatCount(trackCount)} · ${formatPercent(trackCount / batch.rowsStored)}`,
              { href: linkTo("catalogue", name) },
            ),
          )}
        />
      ) : (
        <Skeleton />
      )}
      <a class="button" href={linkTo("review", batch.id)}>
        <Icon name="listen" />
        Review this batch
      </a>
    </section>
  );
}
