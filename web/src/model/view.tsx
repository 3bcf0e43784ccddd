/** The card of the model in use: how good it is, and where it goes wrong. */

import { useQuery } from "@urql/preact";
import type { ResultOf } from "../api/graphql";
import { linkTo } from "../frame/route";
import { AsGraphQL } from "../ui/as-graphql";
import { Bars } from "../ui/bars";
import { FeatureName } from "../ui/feature-name";
import { formatCount, formatDateTime, formatShare } from "../ui/format";
import { Icon } from "../ui/icons";
import { Card, Heading } from "../ui/layout";
import { FailedNotice, Skeleton } from "../ui/notices";
import { Calibration } from "./calibration";
import { ConfusionMatrix } from "./confusion-matrix";
import { Expectation } from "./expectation";
import { GenreTable } from "./genre-table";
import "./model.css";
import { MODEL } from "./operations";

export type Model = ResultOf<typeof MODEL>["model"];

const TOP_FEATURES = 8;

export default function ModelView() {
  const [{ data, error }, refetch] = useQuery({ query: MODEL });
  const model = data?.model;
  return (
    <>
      <Heading title="Model" lead={model && <Origin model={model} />}>
        <a class="button" href={linkTo("models")}>
          <Icon name="history" />
          All versions
        </a>
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
          <Expectation model={model} />
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
