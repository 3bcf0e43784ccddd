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

const WORDS = 6;

type Explained = NonNullable<ResultOf<typeof EXPLANATION>["track"]>;

export function Explanation({ trackId, genre }: { trackId: string; genre: string }) {
  const [{ data, error, fetching }] = useQuery({ query: EXPLANATION, variables: { trackId } });
  const track = data?.track;
  const problem = error && problemOf(error);
  return (
    <Card
      class="span"
      title={`Why ${genre}`}
      actions={<AsGraphQL operation={EXPLANATION} variables={{ trackId }} />}
    >
      {problem?.code === "NOT_FOUND" && (
        <Empty icon="model" title="No explanation">
          {problem.detail}
        </Empty>
      )}
      {problem && problem.code !== "NOT_FOUND" && <ProblemNotice problem={problem} />}
      {fetching && !track && <Skeleton lines={6} />}
      {track?.explanation.length === 0 && <Empty icon="model" title="No explanation for this track" />}
      {track && track.explanation.length > 0 && (
        <>
          <p class="reasons-summary">{track.reasons.summary}</p>
          <p class="hint">Evidence for {genre} points right, evidence against it points left</p>
          <Groups groups={track.reasons.groups} />
          <Numbers parts={track.explanation} />
        </>
      )}
    </Card>
  );
}

/** What the features measure; their names would tell nobody anything. */
function Groups({ groups }: { groups: Explained["reasons"]["groups"] }) {
  return (
    <SignedBars
      label="Reasons"
      bars={groups.map(({ measure, name, meaning, contribution, words }) => ({
        key: measure,
        label: (
          <>
            {name}{" "}
            <small>{words.length > 0 ? words.slice(0, WORDS).join(", ") : meaning.split(":")[0]}</small>
          </>
        ),
        value: contribution,
        text: contribution > 0 ? "for" : "against",
      }))}
    />
  );
}

function Numbers({ parts }: { parts: Explained["explanation"] }) {
  return (
    <details class="reasons-numbers">
      <summary>The strongest features in numbers</summary>
      <SignedBars
        label="Contributions"
        bars={parts.map(({ feature, value, contribution }) => ({
          key: feature,
          label: <FeatureName name={feature} value={value} />,
          value: contribution,
          text: formatSigned(contribution),
        }))}
      />
    </details>
  );
}
