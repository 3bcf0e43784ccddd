/** The model's card: how good it is, and where it goes wrong. */

import { useQuery } from "@urql/preact";
import type { ResultOf } from "../api/graphql";
import { AsGraphQL } from "../ui/as-graphql";
import { Bars } from "../ui/bars";
import { FeatureName } from "../ui/feature-name";
import { formatCount, formatDateTime, formatFigure, formatPercent, formatShare } from "../ui/format";
import { Card, Heading, Stat } from "../ui/layout";
import { FailedNotice, Skeleton } from "../ui/notices";
import { Calibration } from "./calibration";
import { ConfusionMatrix } from "./confusion-matrix";
import { GenreTable } from "./genre-table";
import { MODEL } from "./operations";

export type Model = ResultOf<typeof MODEL>["model"];

const TOP_FEATURES = 8;

export function ModelView() {
  const [{ data, error }, refetch] = useQuery({ query: MODEL });
  const model = data?.model;
  return (
    <>
      <Heading title="Model" lead={model && <Origin model={model} />}>
        <AsGraphQL operation={MODEL} />
      </Heading>
      {error && !model && (
        <FailedNotice error={error} retry={() => refetch({ requestPolicy: "network-only" })} />
      )}
      {!model && !error && (
        <Card>
          <Skeleton lines={8} />
        </Card>
      )}
      {model && (
        <>
          <Figures model={model} />
          <div class="columns">
            <ConfusionMatrix model={model} />
            <GenreTable model={model} />
            <Calibration bins={model.calibration} ece={model.ece} />
            <TopFeatures model={model} />
          </div>
        </>
      )}
    </>
  );
}

function Origin({ model }: { model: Model }) {
  return (
    <>
      Version <code>{model.version}</code>, trained {formatDateTime(model.trainedAt)} on{" "}
      {formatCount(model.trainingRows)} tracks
    </>
  );
}

function Figures({ model }: { model: Model }) {
  const range = (metric: string, format: (figure: number) => string) => {
    const found = model.intervals.find((interval) => interval.metric === metric);
    return found && `${format(found.low)} to ${format(found.high)}, with 95% confidence`;
  };
  return (
    <dl class="figures">
      <Stat
        label="Accuracy"
        value={formatShare(model.accuracy)}
        note={range("accuracy", formatShare) ?? "share of held-out tracks it got right"}
      />
      <Stat
        label="Macro F1"
        value={formatFigure(model.macroF1)}
        note={range("macroF1", formatFigure) ?? "every genre counts the same; 1 is best"}
      />
      <Stat
        label="Log loss"
        value={formatFigure(model.logLoss)}
        note={range("logLoss", formatFigure) ?? "in nats; 0 is best"}
      />
      <Stat
        label="Genres"
        value={model.genres.length}
        note={`guessing would get ${formatPercent(1 / model.genres.length)}`}
      />
    </dl>
  );
}

function TopFeatures({ model: { topFeatures } }: { model: Model }) {
  if (topFeatures.length === 0) return null;
  return (
    <Card title="What it listens to" hint="How much each feature matters, over the training tracks">
      <Bars
        label="Importance of features"
        bars={topFeatures.slice(0, TOP_FEATURES).map(({ feature, importance }) => ({
          key: feature,
          label: <FeatureName name={feature} />,
          value: importance,
          text: formatShare(importance),
        }))}
      />
    </Card>
  );
}
