/** One track: what the model thinks, why, and what a person knows better. */

import { useMutation, useQuery } from "@urql/preact";
import { useState } from "preact/hooks";
import { CLEAR_CORRECTION, CORRECT, EXPLANATION, GENRE_NAMES, TRACK } from "../api/documents";
import { problemOf } from "../api/errors";
import type { ResultOf } from "../api/graphql";
import { hasField } from "../api/outline";
import { formatDateTime, formatPercent, formatShare } from "../format";
import { linkTo } from "../router";
import { Bars, SignedBars } from "../ui/bars";
import { Icon } from "../ui/icons";
import { AsGraphQL, Button, Card, Empty, Heading, ProblemNotice, Skeleton } from "../ui/parts";

type Track = NonNullable<ResultOf<typeof TRACK>["track"]>;

export function TrackView({ trackId }: { trackId: string }) {
  const [{ data, error }, refetch] = useQuery({ query: TRACK, variables: { trackId } });
  const reload = () => refetch({ requestPolicy: "network-only" });
  if (error && !data) {
    return (
      <>
        <Heading title="Track" />
        <ProblemNotice problem={problemOf(error)}>
          <Button onClick={reload}>Try again</Button>
        </ProblemNotice>
      </>
    );
  }
  const track = data?.track;
  if (data && !track) {
    return (
      <>
        <Heading title="Track" />
        <Card>
          <Empty icon="music" title={`There is no track ${trackId}`}>
            <a class="button" href="#/catalogue">To the catalogue</a>
          </Empty>
        </Card>
      </>
    );
  }
  return (
    <>
      <BackLink genre={track?.genre} />
      <Heading title={track?.title || (track ? "Untitled" : "Track")} lead={track && <Verdict track={track} />}>
        <AsGraphQL operation={TRACK} variables={{ trackId }} />
      </Heading>
      {track ? (
        <div class="columns">
          <Card title="How probable each genre is" hint="As the model sees it; the bars add up to 100%">
            <Bars
              label="Probability by genre"
              full={1}
              bars={track.probabilities.map(({ genre, probability }) => ({
                key: genre,
                label: genre,
                value: probability,
                text: formatShare(probability),
                tone: genre === track.genre ? "strong" : "soft",
              }))}
            />
          </Card>
          <div class="stack">
            <Correction track={track} reload={reload} />
            <Facts track={track} />
          </div>
          {hasField("Track", "explanation") && <Explanation trackId={trackId} genre={track.predictedGenre} />}
        </div>
      ) : (
        <Card><Skeleton lines={8} /></Card>
      )}
    </>
  );
}

function BackLink({ genre }: { genre: string | undefined }) {
  return (
    <a class="back" href={genre ? linkTo("catalogue", genre) : "#/catalogue"}>
      <Icon name="back" />
      {genre ?? "Catalogue"}
    </a>
  );
}

function Verdict({ track }: { track: Track }) {
  return (
    <span class="verdict">
      <span class="badge genre">{track.genre}</span>
      {track.correctedGenre ? (
        <span>corrected by a person; the model said {track.predictedGenre}</span>
      ) : (
        <span>{formatPercent(track.confidence)} confident</span>
      )}
      {track.uncertain && !track.correctedGenre && <span class="badge waiting">uncertain</span>}
    </span>
  );
}

function Correction({ track, reload }: { track: Track; reload: () => void }) {
  const [{ data }] = useQuery({ query: GENRE_NAMES, requestPolicy: "cache-first" });
  const [correcting, correct] = useMutation(CORRECT);
  const [clearing, clear] = useMutation(CLEAR_CORRECTION);
  const [chosen, setChosen] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const error = correcting.error ?? clearing.error;
  const isBusy = correcting.fetching || clearing.fetching;
  const value = chosen ?? track.genre;

  async function save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { error } = await correct({ trackId: track.trackId, genre: value });
    if (error) return;
    setSaid(`Saved: ${value}.`);
    setChosen(null);
    reload();
  }

  async function undo(): Promise<void> {
    const { error } = await clear({ trackId: track.trackId });
    if (error) return;
    setSaid("The correction was removed.");
    setChosen(null);
    reload();
  }

  if (!hasField("Mutation", "correctGenre")) return null;
  return (
    <Card title="Is it right?" hint="Your verdict is kept beside the prediction and used from now on">
      <form class="inline-form" onSubmit={save}>
        <label>
          <span class="hidden">Genre</span>
          <select value={value} onChange={(event) => setChosen(event.currentTarget.value)}>
            {(data?.model.genres ?? [track.genre]).map((genre) => (
              <option key={genre} value={genre}>{genre}</option>
            ))}
          </select>
        </label>
        <Button kind="primary" icon="pen" type="submit" disabled={isBusy || value === track.correctedGenre}>
          {value === track.genre ? "Confirm genre" : "Correct genre"}
        </Button>
        {track.correctedGenre && hasField("Mutation", "clearCorrection") && (
          <Button kind="quiet" icon="undo" disabled={isBusy} onClick={undo}>
            Remove
          </Button>
        )}
      </form>
      {error && <ProblemNotice problem={problemOf(error)} />}
      <p role="status" class="said">{said && <><Icon name="check" />{said}</>}</p>
    </Card>
  );
}

function Facts({ track }: { track: Track }) {
  return (
    <Card title="Where it comes from">
      <dl class="facts">
        <dt>Track</dt>
        <dd><code>{track.trackId}</code></dd>
        <dt>Classified</dt>
        <dd>{formatDateTime(track.classifiedAt)}</dd>
        <dt>Model</dt>
        <dd><code>{track.modelVersion}</code></dd>
        {track.batch && (
          <>
            <dt>File</dt>
            <dd><a href={linkTo("batches", track.batch.id)}>{track.batch.fileName}</a></dd>
          </>
        )}
      </dl>
    </Card>
  );
}

function Explanation({ trackId, genre }: { trackId: string; genre: string }) {
  const [{ data, error, fetching }] = useQuery({ query: EXPLANATION, variables: { trackId } });
  const parts = data?.track?.explanation;
  return (
    <Card
      class="span"
      title="Why"
      hint={`What spoke for ${genre} (to the right) and against it (to the left)`}
      actions={<AsGraphQL operation={EXPLANATION} variables={{ trackId }} />}
    >
      {error && problemOf(error).code === "NOT_FOUND" && (
        <Empty icon="model" title="No explanation">{problemOf(error).detail}</Empty>
      )}
      {error && problemOf(error).code !== "NOT_FOUND" && <ProblemNotice problem={problemOf(error)} />}
      {fetching && !parts && <Skeleton lines={6} />}
      {parts && parts.length === 0 && <Empty icon="model" title="No explanation is kept for this track" />}
      {parts && parts.length > 0 && (
        <SignedBars
          label="Contributions"
          bars={parts.map(({ feature, value, contribution }) => ({
            key: feature,
            label: <Feature name={feature} value={value} />,
            value: contribution,
            text: `${contribution > 0 ? "+" : contribution < 0 ? "−" : ""}${Math.abs(contribution).toFixed(2)}`,
          }))}
        />
      )}
    </Card>
  );
}

/** A column with its value, or a word of the lyrics. */
function Feature({ name, value }: { name: string; value: string }) {
  if (name.startsWith("word=")) return <>“{name.slice(5)}” <small>in the lyrics</small></>;
  return <>{name} <small>= {value}</small></>;
}
