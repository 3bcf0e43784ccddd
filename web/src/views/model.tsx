/** The model's card: how good it is, where it errs, whether its probabilities can be believed. */

import { useQuery } from "@urql/preact";
import { MODEL } from "../api/documents";
import { problemOf } from "../api/errors";
import { hasQuality, QUALITY, type Interval } from "../api/quality";
import type { ResultOf } from "../api/graphql";
import { formatCount, formatDateTime, formatFigure, formatPercent, formatShare } from "../format";
import { Bars } from "../ui/bars";
import { AsGraphQL, Button, Card, Heading, ProblemNotice, Skeleton, Stat } from "../ui/parts";
import { Calibration } from "./calibration";

type Model = ResultOf<typeof MODEL>["model"];

export function ModelView() {
  const [{ data, error }, refetch] = useQuery({ query: MODEL });
  const [{ data: quality }] = useQuery({ query: QUALITY, variables: {}, pause: !hasQuality() });
  const model = data?.model;
  return (
    <>
      <Heading
        title="Model"
        lead={model && (
          <>
            Version <code>{model.version}</code>, trained {formatDateTime(model.trainedAt)} on{" "}
            {formatCount(model.trainingRows)} tracks
          </>
        )}
      >
        <AsGraphQL operation={MODEL} />
      </Heading>
      {error && !model && (
        <ProblemNotice problem={problemOf(error)}>
          <Button onClick={() => refetch({ requestPolicy: "network-only" })}>Try again</Button>
        </ProblemNotice>
      )}
      {!model && !error && <Card><Skeleton lines={8} /></Card>}
      {model && (
        <>
          <Figures model={model} intervals={quality?.model.intervals} />
          <div class="columns">
            <ConfusionMatrix model={model} />
            <PerGenre model={model} />
            {quality && <Calibration bins={quality.model.calibration} ece={quality.model.ece} />}
            <TopFeatures model={model} isWide={!quality} />
          </div>
        </>
      )}
    </>
  );
}

function Figures({ model, intervals }: { model: Model; intervals: Interval[] | undefined }) {
  const range = (metric: string, format: (figure: number) => string) => {
    const found = intervals?.find((interval) => interval.metric === metric);
    return found && `${format(found.low)} to ${format(found.high)}, with 95% confidence`;
  };
  return (
    <dl class="figures">
      <Stat
        label="Accuracy"
        value={formatShare(model.accuracy)}
        note={range("accuracy", formatShare) ?? "of held-out tracks were right"}
      />
      <Stat
        label="Macro F1"
        value={formatFigure(model.macroF1)}
        note={range("macroF1", formatFigure) ?? "each genre counts alike; 1 is best"}
      />
      <Stat
        label="Log loss"
        value={formatFigure(model.logLoss)}
        note={range("logLoss", formatFigure) ?? "in nats; 0 is best"}
      />
      <Stat
        label="Genres"
        value={model.genres.length}
        note={`guessing gets ${formatPercent(1 / model.genres.length)}`}
      />
    </dl>
  );
}

function ConfusionMatrix({ model: { genres, confusionMatrix } }: { model: Model }) {
  if (confusionMatrix.length === 0) return null;
  const totals = confusionMatrix.map((row) => row.reduce((sum, count) => sum + count, 0));
  return (
    <Card title="Where it errs" hint="A row for the true genre, a column for the answer; of tracks that were held out">
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Confusion matrix">
        <table class="matrix">
          <thead>
            <tr>
              <td />
              {genres.map((genre) => (
                <th key={genre} scope="col"><span>{genre}</span></th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusionMatrix.map((row, truth) => (
              <tr key={genres[truth]}>
                <th scope="row">{genres[truth]}</th>
                {row.map((count, answer) => (
                  <td
                    key={genres[answer]}
                    class={truth === answer ? "right" : ""}
                    data-heat={totals[truth] ? Math.min(9, Math.ceil((count / totals[truth]) * 10)) : 0}
                    title={`${count} of ${totals[truth]} ${genres[truth]} tracks were called ${genres[answer]}`}
                  >
                    {count}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function PerGenre({ model: { genres, confusionMatrix } }: { model: Model }) {
  if (confusionMatrix.length === 0) return null;
  const rows = genres.map((genre, index) => {
    const right = confusionMatrix[index]![index]!;
    const actual = confusionMatrix[index]!.reduce((sum, count) => sum + count, 0);
    const answered = confusionMatrix.reduce((sum, row) => sum + row[index]!, 0);
    return {
      genre,
      actual,
      precision: answered ? right / answered : null,
      recall: actual ? right / actual : null,
    };
  });
  const show = (share: number | null) => (share === null ? "–" : formatPercent(share));
  return (
    <Card title="Genre by genre" hint="Precision: its answers that were right. Recall: its tracks that were found">
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Precision and recall by genre">
        <table class="per-genre">
          <thead>
            <tr>
              <th scope="col">Genre</th>
              <th scope="col" class="number">Held out</th>
              <th scope="col" class="number">Precision</th>
              <th scope="col" class="number">Recall</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ genre, actual, precision, recall }) => (
              <tr key={genre}>
                <th scope="row">{genre}</th>
                <td class="number">{formatCount(actual)}</td>
                <td class="number">{show(precision)}</td>
                <td class="number">{show(recall)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function TopFeatures({ model: { topFeatures }, isWide }: { model: Model; isWide: boolean }) {
  if (topFeatures.length === 0) return null;
  return (
    <Card title="What it looks at" hint="Share of what decides, over the training tracks" class={isWide ? "span" : ""}>
      <div class={isWide ? "two-up" : ""}>
        <Bars
          label="Importance of features"
          bars={topFeatures.slice(0, isWide ? 20 : 8).map(({ feature, importance }) => ({
            key: feature,
            label: feature.startsWith("word=") ? <>“{feature.slice(5)}” <small>in the lyrics</small></> : feature,
            value: importance,
            text: formatShare(importance),
          }))}
        />
      </div>
    </Card>
  );
}
