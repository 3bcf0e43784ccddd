/** Every version of the model: which is in use, how they compare, and for operators, which one to use. */

import { useMutation, useQuery } from "@urql/preact";
import { useState } from "preact/hooks";
import { type Problem, problemOf } from "../../api/errors";
import { linkTo } from "../../frame/route";
import { AsGraphQL } from "../../ui/as-graphql";
import { Confirm } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { Card, Heading } from "../../ui/layout";
import { FailedNotice, ProblemNotice, Skeleton } from "../../ui/notices";
import { Compare } from "./compare";
import "../model.css";
import { MODELS, ROLL_BACK_MODEL, USE_MODEL } from "./operations";
import { VersionTable } from "./table";

export default function VersionsView() {
  const [{ data, error }, refetch] = useQuery({ query: MODELS });
  const reload = () => refetch({ requestPolicy: "network-only" });
  const { choose, rollBack, isBusy, said, problem } = useChoice(reload);
  const isOperator = data?.viewer.isOperator ?? false;
  const versions = data?.models ?? [];
  return (
    <>
      <a class="back" href={linkTo("model")}>
        <Icon name="back" />
        The model in use
      </a>
      <Heading title="Models" lead="Every version of the model; one of them classifies">
        {isOperator && (
          <Confirm
            label="Roll back"
            icon="undo"
            question="Return to the model that was in use before, in every replica?"
            yes="Roll back"
            no="Stay"
            disabled={isBusy}
            act={rollBack}
          />
        )}
        <AsGraphQL operation={MODELS} />
      </Heading>
      {error && !data && <FailedNotice error={error} retry={reload} />}
      {problem && <ProblemNotice problem={problem} />}
      <p role="status" class="said">
        {said && (
          <>
            <Icon name="check" />
            {said}
          </>
        )}
      </p>
      {!data && !error && (
        <Card>
          <Skeleton lines={5} />
        </Card>
      )}
      {data && (
        <Card
          title="Versions"
          hint={
            isOperator
              ? "Stored tracks keep their genres until they are classified again"
              : "Only operators can choose: clients listed in GENRE_OPERATORS"
          }
        >
          <VersionTable versions={versions} canUse={isOperator && !isBusy} use={choose} />
        </Card>
      )}
      {versions.length > 1 && <Compare versions={versions} />}
    </>
  );
}

/** Choose a version, and say what came of it. */
function useChoice(reload: () => void) {
  const [using, put] = useMutation(USE_MODEL);
  const [rolling, roll] = useMutation(ROLL_BACK_MODEL);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);

  async function choose(version: string): Promise<void> {
    const { error } = await put({ version });
    report(error ? problemOf(error) : null, version);
  }

  async function rollBack(): Promise<void> {
    const { data, error } = await roll({});
    report(error ? problemOf(error) : null, data?.rollbackModel.version ?? "");
  }

  function report(problem: Problem | null, version: string): void {
    setProblem(problem);
    setSaid(
      problem ? "" : `${version} classifies from now on. Batches that have started finish as they began.`,
    );
    reload();
  }

  return { choose, rollBack, said, problem, isBusy: using.fetching || rolling.fetching };
}
