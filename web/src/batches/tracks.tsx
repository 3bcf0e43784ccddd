/** The tracks of a batch, as a table. */

import { useClient, useQuery } from "@urql/preact";
import { useState } from "preact/hooks";
import { linkToFilter, NO_FILTER } from "../catalogue/filter";
import type { TrackRow } from "../tracks/table/operations";
import { DEFAULT_SORT, directed, pageAfter, writeSort } from "../tracks/table/sort";
import { TrackTable } from "../tracks/table/track-table";
import { AsGraphQL } from "../ui/as-graphql";
import { plural } from "../ui/format";
import { Icon } from "../ui/icons";
import { Card } from "../ui/layout";
import { Empty } from "../ui/notices";
import { usePages } from "../ui/pages";
import { SearchField, useSearch } from "../ui/search-field";
import { BATCH_TRACK_COUNT, BATCH_TRACKS } from "./track-operations";

const PAGE_ROWS = 200;

export default function BatchTracks({ id }: { id: string }) {
  const client = useClient();
  const [sort, setSort] = useState(DEFAULT_SORT);
  const [isUncertain, setUncertain] = useState(false);
  const search = useSearch("");
  const wanted = { id, search: search.settled || null, uncertain: isUncertain || null };
  const list = JSON.stringify([wanted, writeSort(sort)]);
  const [{ data: count }] = useQuery({ query: BATCH_TRACK_COUNT, variables: wanted });
  const pages = usePages<TrackRow>(list, async (after) => {
    const variables = { ...wanted, ...pageAfter(after, PAGE_ROWS, sort) };
    const { data, error } = await client
      .query(BATCH_TRACKS, variables, { requestPolicy: "network-only" })
      .toPromise();
    return { page: data?.batch && directed(data.batch.tracks, sort), error };
  });
  const total = count?.batch?.tracks.totalCount;
  const isEmpty = !pages.isLoading && !pages.error && pages.rows.length === 0;
  const { search: title, uncertain } = wanted;
  return (
    <Card
      title="Tracks"
      hint={<span aria-live="polite">{total === undefined ? "…" : plural(total, "track")}</span>}
      actions={
        <>
          <a
            class="button ghost"
            href={linkToFilter({ ...NO_FILTER, batchId: id, search: title ?? "", uncertain, sort })}
          >
            <Icon name="search" />
            in the catalogue
          </a>
          <AsGraphQL operation={BATCH_TRACKS} variables={{ ...wanted, ...pageAfter(null, 100, sort) }} />
        </>
      }
    >
      <div class="track-filter">
        <SearchField label="Search titles of this batch" search={search} />
        <label class="check">
          <input
            type="checkbox"
            checked={isUncertain}
            onChange={(event) => setUncertain(event.currentTarget.checked)}
          />
          Only uncertain
        </label>
      </div>
      {isEmpty && <Empty icon="search" title={title ? "No title matches" : "No tracks here"} />}
      <TrackTable key={list} label="Tracks" pages={pages} total={total} sort={sort} onSort={setSort} />
    </Card>
  );
}
