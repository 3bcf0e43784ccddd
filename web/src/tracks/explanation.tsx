/** What in a track made the model choose its genre. */

import { useQuery } from "@urql/preact";
import { problemOf } from "../api/errors";
import type { ResultOf } from "../api/graphql";
import { AsGraphQL } from "../ui/as-graphql";
import { SignedBars } from "../ui/bars";
import { FeatureName } from "../ui/feature-name";
import { formatSigned } from "../ui/format";
import { Card } from "../ui/layout";
import { Empty, ProblemNotice, Skeleton } from "../ui/notices";
import { EXPLANATION } from "./operations";

type Contribution = NonNullable<ResultOf<typeof EXPLANATION>["track"]>["explanation"][number];

export function Explanation({ trackId, genre }: { trackId: string; genre: string }) {
  const [{ data, error, fetching }] = useQuery({ query: EXPLANATION, variables: { trackId } });
  const parts = data?.track?.explanation;
  const problem = error && problemOf(error);
  return (
    <Card
      class="span"
      title="Why"
      hint={`Evidence for ${genre} points right, evidence against it points left`}
      actions={<AsGraphQL operation={EXPLANATION} variables={{ trackId }} />}
    >
      {problem?.code === "NOT_FOUND" && (
        <Empty icon="model" title="No explanation">
          {problem.detail}
        </Empty>
      )}
      {problem && problem.code !== "NOT_FOUND" && <ProblemNotice problem={problem} />}
      {fetching && !parts && <Skeleton lines={6} />}
      {parts?.length === 0 && <Empty icon="model" title="No explanation for this track" />}
      {parts && parts.length > 0 && <Contributions parts={parts} />}
    </Card>
  );
}

function Contributions({ parts }: { parts: readonly Contribution[] }) {
  return (
    <SignedBars
      label="Contributions"
      bars={parts.map(({ feature, value, contribution }) => ({
        key: feature,
        label: <FeatureName name={feature} value={value} />,
        value: contribution,
        text: formatSigned(contribution),
      }))}
    />
  );
}
