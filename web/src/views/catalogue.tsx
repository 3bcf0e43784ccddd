/** The catalogue: genres as bars; one of them opens its titles. */

import { useClient, useQuery } from "@urql/preact";
import { useEffect, useState } from "preact/hooks";
import { GENRES, TITLE_COUNT, TITLES } from "../api/documents";
import { problemOf } from "../api/errors";
import type { ResultOf } from "../api/graphql";
import { formatCount, formatPercent, plural } from "../format";
import { linkTo } from "../router";
import { Bars } from "../ui/bars";
import { Icon } from "../ui/icons";
import { usePages } from "../ui/pages";
import { AsGraphQL, Button, Card, Empty, Heading, ProblemNotice, Skeleton } from "../ui/parts";

type Title = ResultOf<typeof TITLES>["titlesByGenre"]["nodes"][number];
const PAGE_ROWS = 60;
const SEARCH_DELAY_MS = 250;

interface CatalogueProps {
  genre: string | undefined;
  search: string;
}

export function CatalogueView({ genre, search }: CatalogueProps) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: GENRES });
  const genres = [...(data?.genres ?? [])].sort((a, b) => b.trackCount - a.trackCount);
  const total = genres.reduce((sum, { trackCount }) => sum + trackCount, 0);
  return (
    <>
      <Heading
        title="Catalogue"
        lead={data && (total ? `${plural(total, "track")} in ${plural(genres.length, "genre")}` : "Nothing here yet")}
      >
        <AsGraphQL operation={GENRES} />
      </Heading>
      {error && !data && (
        <ProblemNotice problem={problemOf(error)}>
          <Button onClick={() => refetch({ requestPolicy: "network-only" })}>Try again</Button>
        </ProblemNotice>
      )}
      {fetching && !data && <Card><Skeleton lines={8} /></Card>}
      {data && total === 0 && (
        <Card>
          <Empty icon="music" title="No track has been classified yet">
            <a class="button primary" href="#/">Classify a file</a>
          </Empty>
        </Card>
      )}
      {total > 0 && (
        <div class={`columns catalogue ${genre ? "has-titles" : ""}`}>
          <Card title="Genres" hint="Choose one to see its titles">
            <Bars
              label="Tracks by genre"
              bars={genres.map(({ name, trackCount }) => ({
                key: name,
                label: name,
                value: trackCount,
                text: `${formatCount(trackCount)} · ${formatPercent(trackCount / total)}`,
                href: linkTo("catalogue", name),
                isCurrent: name === genre,
              }))}
            />
          </Card>
          {genre ? (
            <Titles key={genre} genre={genre} initialSearch={search} />
          ) : (
            <Card class="placeholder">
              <Empty icon="chart" title="Choose a genre">
                Its titles are listed here, ready to be searched and corrected.
              </Empty>
            </Card>
          )}
        </div>
      )}
    </>
  );
}

function Titles({ genre, initialSearch }: { genre: string; initialSearch: string }) {
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
  const [{ data: count }] = useQuery({ query: TITLE_COUNT, variables: { genre, search } });
  const found = count?.titlesByGenre.totalCount;
  useEffect(() => {
    const query = search ? `?search=${encodeURIComponent(search)}` : "";
    history.replaceState(null, "", linkTo("catalogue", genre) + query);
  }, [search]);

  return (
    <Card
      title={genre}
      hint={<span aria-live="polite">{found === undefined ? "…" : plural(found, search ? "match" : "title").replace(/matchs$/, "matches")}</span>}
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
      {pages.error && (
        <ProblemNotice problem={problemOf(pages.error)}>
          <Button onClick={pages.reload}>Try again</Button>
        </ProblemNotice>
      )}
      <ul class="rows">
        {pages.rows.map((track) => (
          <TitleRow key={track.trackId} track={track} />
        ))}
      </ul>
      {!pages.isLoading && !pages.error && pages.rows.length === 0 && (
        <Empty icon="search" title={search ? "No title matches" : "No track has this genre"}>
          {search && "Each word must begin a word of the title; case and accents do not matter."}
        </Empty>
      )}
      {pages.isLoading && pages.rows.length === 0 && <Skeleton lines={6} />}
      {pages.hasMore && pages.rows.length > 0 && (
        <div ref={pages.end} class="more">
          <Button kind="quiet" onClick={pages.loadMore} disabled={pages.isLoading}>
            {pages.isLoading ? "Loading …" : "Show more"}
          </Button>
        </div>
      )}
    </Card>
  );
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
  }, [value]);
  return delayed;
}
