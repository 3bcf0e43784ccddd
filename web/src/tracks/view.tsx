/** One track: what the model predicts and why, and what a person says. */

import { useQuery } from "@urql/preact";
import type { ResultOf } from "../api/graphql";
import { useRole } from "../api/roles";
import { linkTo } from "../frame/route";
import { GenreName } from "../genres/genre-name";
import { AsGraphQL } from "../ui/as-graphql";
import { Bars, genreBar } from "../ui/bars";
import { formatDateTime, formatPercent, formatShare } from "../ui/format";
import { Icon } from "../ui/icons";
import { Card, Heading } from "../ui/layout";
import { Empty, FailedNotice, Skeleton } from "../ui/notices";
import { Correction } from "./correction";
import { Explanation } from "./explanation";
import { TRACK } from "./operations";

export type Track = NonNullable<ResultOf<typeof TRACK>["track"]>;

export function TrackView({ trackId }: { trackId: string }) {
  const [{ data, error }, refetch] = useQuery({ query: TRACK, variables: { trackId } });
  const reload = () => refetch({ requestPolicy: "network-only" });
  const track = data?.track;
  if (track) return <Details track={track} reload={reload} />;
  return (
    <>
      <Heading title="Track" />
      {error ? (
        <FailedNotice error={error} retry={reload} />
      ) : (
        <Card>{data ? <NotFound trackId={trackId} /> : <Skeleton lines={8} />}</Card>
      )}
    </>
  );
}

function NotFound({ trackId }: { trackId: string }) {
  return (
    <Empty icon="music" title={`There is no track ${trackId}`}>
      <a class="button" href="#/catalogue">
        Go to the catalogue
      </a>
    </Empty>
  );
}

function Details({ track, reload }: { track: Track; reload: () => void }) {
  const { trackId, title, genre, probabilities, predictedGenre } = track;
  const mayCorrect = useRole("REVIEWER");
  return (
    <>
      <a class="back" href={linkTo("catalogue", genre)}>
        <Icon name="back" />
        {genre}
      </a>
      <Heading title={title || "Untitled"} lead={<Answer track={track} />}>
        <AsGraphQL operation={TRACK} variables={{ trackId }} />
      </Heading>
      <div class="columns">
        <Card title="How likely each genre is" hint="According to the model; the bars add up to 100%">
          <Bars
            label="Probability by genre"
            full={1}
            bars={probabilities.map(({ genre: name, probability }) =>
              genreBar(name, probability, formatShare(probability)),
            )}
          />
        </Card>
        <div class="stack">
          {mayCorrect && <Correction track={track} reload={reload} />}
          <Facts track={track} />
        </div>
        <Explanation trackId={trackId} genre={predictedGenre} />
      </div>
    </>
  );
}

function Answer({
  track: { genre, correctedGenre, predictedGenre, confidence, uncertain, basis },
}: {
  track: Track;
}) {
  return (
    <span class="facts-line">
      <span class="badge genre">
        <GenreName genre={genre} />
      </span>
      {correctedGenre ? (
        <span>corrected by a person; the model said {predictedGenre}</span>
      ) : (
        <span>{formatPercent(confidence)} confident</span>
      )}
      {basis?.length === 1 && (
        <span class="badge">from {basis[0] === "WORDS" ? "words" : "sound"} alone</span>
      )}
      {uncertain && !correctedGenre && <span class="badge waiting">uncertain</span>}
    </span>
  );
}

function Facts({ track }: { track: Track }) {
  return (
    <Card title="Where it comes from">
      <dl class="facts">
        <dt>Track</dt>
        <dd>
          <code>{track.trackId}</code>
        </dd>
        <dt>Classified</dt>
        <dd>{formatDateTime(track.classifiedAt)}</dd>
        <dt>Model</dt>
        <dd>
          <code>{track.modelVersion}</code>
        </dd>
        {track.batch && (
          <>
            <dt>File</dt>
            <dd>
              <a href={linkTo("batches", track.batch.id)}>{track.batch.fileName}</a>
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}
