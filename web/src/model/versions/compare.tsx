/** Two versions side by side: their figures, and the stored tracks that would change. */

import { useClient } from "@urql/preact";
import { useState } from "preact/hooks";
import { type Problem, problemOf } from "../../api/errors";
import { AsGraphQL } from "../../ui/as-graphql";
import { Button } from "../../ui/button";
import { Card } from "../../ui/layout";
import { ProblemNotice } from "../../ui/notices";
import { ChangeTable } from "./change-table";
import { FigureTable } from "./figure-table";
import { CHANGES, type Changes, type Version } from "./operations";

const SHOWN_CHANGES = 50;

interface Compared {
  from: Version;
  to: Version;
  changes: Changes;
}

export function Compare({ versions }: { versions: readonly Version[] }) {
  const usable = versions.filter(({ problem }) => !problem);
  const [from, setFrom] = useState((usable.find(({ isUsed }) => isUsed) ?? usable[0])?.version ?? "");
  const [to, setTo] = useState(usable.find(({ version }) => version !== from)?.version ?? "");
  const { compare, compared, problem, isBusy } = useComparison(usable);
  const variables = { version: to, comparedTo: from, first: SHOWN_CHANGES };
  if (usable.length < 2) return null;

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void compare(from, to);
  }

  return (
    <Card
      title="Compare two"
      hint="Up to 2,000 random tracks without a correction are classified with both; nothing is stored"
      actions={<AsGraphQL operation={CHANGES} variables={variables} />}
    >
      <form class="compare-form" onSubmit={submit}>
        <VersionField label="From" value={from} versions={usable} choose={setFrom} />
        <VersionField label="To" value={to} versions={usable} choose={setTo} />
        <Button kind="primary" type="submit" disabled={isBusy || from === to}>
          Compare
        </Button>
      </form>
      {problem && <ProblemNotice problem={problem} />}
      {isBusy && <progress aria-label="Classifying a sample with both" />}
      {compared && !isBusy && (
        <div class="compared">
          <FigureTable from={compared.from} to={compared.to} />
          <ChangeTable changes={compared.changes} />
        </div>
      )}
    </Card>
  );
}

function useComparison(versions: readonly Version[]) {
  const client = useClient();
  const [compared, setCompared] = useState<Compared | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function compare(from: string, to: string): Promise<void> {
    setBusy(true);
    setProblem(null);
    const variables = { version: to, comparedTo: from, first: SHOWN_CHANGES };
    const { data, error } = await client
      .query(CHANGES, variables, { requestPolicy: "network-only" })
      .toPromise();
    setBusy(false);
    setProblem(error ? problemOf(error) : null);
    const find = (version: string) => versions.find((other) => other.version === version)!;
    setCompared(data ? { from: find(from), to: find(to), changes: data.modelChanges } : null);
  }

  return { compare, compared, problem, isBusy };
}

interface VersionFieldProps {
  label: string;
  value: string;
  versions: readonly Version[];
  choose: (version: string) => void;
}

function VersionField({ label, value, versions, choose }: VersionFieldProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {versions.map(({ version, isUsed }) => (
          <option key={version} value={version}>
            {version}
            {isUsed ? " (in use)" : ""}
          </option>
        ))}
      </select>
    </label>
  );
}
