/** The titles of a genre, with a search. */

import { useClient, useQuery } from "@urql/preact";
import { useEffect, useState } from "preact/hooks";
import type { ResultOf } from "../api/graphql";
import { linkTo } from "../frame/route";
import { AsGraphQL } from "../ui/as-graphql";
import { formatPercent, plural } from "../ui/format";
import { Icon } from "../ui/icons";
import { Card } from "../ui/layout";
import { Empty, FailedNotice, Skeleton } from "../ui/notices";
import { usePages } from "../ui/pages";
import { ShowMore } from "../ui/show-more";
import { TITLE_COUNT, TITLES } from "./operations";

type Title = ResultOf<typeof TITLES>["titlesByGenre"]["nodes"][number];
const PAGE_ROWS = 60;
const SEARCH_DELAY_MS = 250;

export function Titles({ genre, initialSearch }: { genre: string; initialSearch: string }) {
  const client = useClient();
  const [typed, setTyped] = useState(initialSearch);
  const search = useDelayed(typed.trim(), SEARCH_DELAY_MS) || null;
  const pages = usePages<Title>(`${genre}\n${search ?? ""}`, async (after) => {
    const variables = { genre, search, after, first: PAGE_ROWS };
    const { data, error } = await client
      .query(TITLES, variables, { requestPolicy: "network-only" })
      .toPromise();
    return { page: data?.titlesByGenre, error };
  });
  useEffect(() => {
    const query = search ? `?search=${encodeURIComponent(search)}` : "";
    history.replaceState(null, "", linkTo("catalogue", genre) + query);
  }, [genre, search]);

  const isEmpty = pages.rows.length === 0;
  return (
    <Card
      title={genre}
      hint={<Count genre={genre} search={search} />}
      actions={<AsGraphQL operation={TITLES} variables={{ genre, search, first: 100 }} />}
      class="titles"
    >
      <a class="back narrow-only" href="#/catalogue">
        <Icon name="back" />
        All genres
      </a>
      <label class="search">
        <Icon name="search" />
        <span class="hidden">Search titles of {genre}</span>
        <input
          type="search"
          value={typed}
          placeholder="Search titles"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      {pages.error && <FailedNotice error={pages.error} retry={pages.reload} />}
      <ul class="rows">
        {pages.rows.map((track) => (
          <TitleRow key={track.trackId} track={track} />
        ))}
      </ul>
      {!pages.isLoading && !pages.error && isEmpty && (
        <Empty icon="search" title={search ? "No title matches" : "No tracks in this genre"}>
          {search && "Type the beginnings of words. Case and accents don't matter."}
        </Empty>
      )}
      {pages.isLoading && isEmpty && <Skeleton lines={6} />}
      <ShowMore pages={pages} />
    </Card>
  );
}

function Count({ genre, search }: { genre: string; search: string | null }) {
  const [{ data }] = useQuery({ query: TITLE_COUNT, variables: { genre, search } });
  const found = data?.titlesByGenre.totalCount;
  const text = search ? plural(found ?? 0, "match", "matches") : plural(found ?? 0, "title");
  return <span aria-live="polite">{found === undefined ? "…" : text}</span>;
}

function TitleRow({ track }: { track: Title }) {
  return (
    <li>
      <a class="row" href={linkTo("tracks", track.trackId)}>
        <span class="row-main">
          <span class="row-title">{track.title || "Untitled"}</span>
          {track.correctedGenre && <span class="badge good">corrected</span>}
          {track.uncertain && !track.correctedGenre && <span class="badge waiting">uncertain</span>}
        </span>
        <span class="row-meta">
          <span class="meter" aria-hidden="true">
            <span style={{ width: `${track.confidence * 100}%` }} />
          </span>
          <span class="hidden">Confidence </span>
          <span class="row-share">{formatPercent(track.confidence)}</span>
        </span>
        <Icon name="next" />
      </a>
    </li>
  );
}

function useDelayed<T>(value: T, delayMs: number): T {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return delayed;
}
