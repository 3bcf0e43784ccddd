/** The tracks that the filter finds. */

import { useClient } from "@urql/preact";
import { useEffect } from "preact/hooks";
import { DownloadMenu } from "../exports/download-menu";
import { replaceRoute } from "../frame/route";
import type { TrackRow } from "../tracks/table/operations";
import { directed, pageAfter } from "../tracks/table/sort";
import { TrackTable } from "../tracks/table/track-table";
import { plural } from "../ui/format";
import { Card } from "../ui/layout";
import { Empty } from "../ui/notices";
import { usePages } from "../ui/pages";
import { SearchField, useSearch } from "../ui/search-field";
import { useCounts } from "./counts";
import { argumentsOf, exportOf, type Filter, isNarrowed, linkToFilter } from "./filter";
import { TRACKS } from "./operations";

const PAGE_ROWS = 200;

export function Found({ filter }: { filter: Filter }) {
  const client = useClient();
  const { found } = useCounts(filter);
  const search = useSearch(filter.search);
  const { sort } = filter;
  const pages = usePages<TrackRow>(linkToFilter(filter), async (after) => {
    const variables = { ...argumentsOf(filter), ...pageAfter(after, PAGE_ROWS, sort) };
    const { data, error } = await client
      .query(TRACKS, variables, { requestPolicy: "network-only" })
      .toPromise();
    return { page: data && directed(data.tracks, sort), error };
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed changes the address
  useEffect(() => {
    if (search.settled !== filter.search) replaceRoute(linkToFilter({ ...filter, search: search.settled }));
  }, [search.settled]);

  const isEmpty = !pages.isLoading && !pages.error && pages.rows.length === 0;
  return (
    <Card
      title={filter.genre ?? (isNarrowed(filter) ? "Tracks found" : "All tracks")}
      hint={<span aria-live="polite">{found === undefined ? "…" : plural(found, "track")}</span>}
      actions={<DownloadMenu filter={exportOf(filter)} />}
    >
      <SearchField label="Search titles" search={search} />
      {isEmpty && (
        <Empty icon="search" title={filter.search ? "No title matches" : "No tracks here"}>
          {filter.search && "Type the beginnings of words. Case and accents don't matter."}
        </Empty>
      )}
      <TrackTable
        key={linkToFilter(filter)}
        label="Tracks"
        pages={pages}
        total={found}
        sort={sort}
        onSort={(next) => replaceRoute(linkToFilter({ ...filter, sort: next }))}
      />
    </Card>
  );
}
