/** Columns of a file that are not under their own names: which is which, before it is sent. */

import { useClient } from "@urql/preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { problemOf } from "../api/errors";
import { Button } from "../ui/button";
import { plural } from "../ui/format";
import { ProblemNotice } from "../ui/notices";
import { type Job, sendMapped } from "./jobs";
import { type Mapping, PREVIEW, type Preview } from "./operations";

const SHOWN = 12;

export function ColumnCheck({ job, header, first }: { job: Job; header: string[]; first: Preview }) {
  const client = useClient();
  const [columns, setColumns] = useState<Mapping>([]);
  const [allowMissing, setAllowMissing] = useState(false);
  const [preview, setPreview] = useState(first);
  const [problem, setProblem] = useState<ReturnType<typeof problemOf> | null>(null);
  const [isWhole, setWhole] = useState(false);
  const isFirst = useRef(true);

  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    let isLatest = true;
    void client
      .query(PREVIEW, { header, columns, allowMissing })
      .toPromise()
      .then(({ data, error }) => {
        if (!isLatest) return;
        setProblem(error ? problemOf(error) : null);
        if (data) setPreview(data.previewColumns);
      });
    return () => {
      isLatest = false;
    };
  }, [client, header, columns, allowMissing]);

  function choose(column: string, name: string): void {
    const others = columns.filter((entry) => entry.column !== column && entry.header !== name);
    setColumns(name ? [...others, { column, header: name }] : others);
  }

  // In the order of the first look, so that no row jumps away from under the pointer.
  const unclear = [...first.missing, ...first.ambiguous.map(({ column }) => column)];
  const renamed = first.columns.filter(({ column, header: name }) => column !== name);
  const rows = [...unclear, ...renamed.map(({ column }) => column)];
  const shown = isWhole ? rows : rows.slice(0, SHOWN);
  const found = new Map(preview.columns.map((entry) => [entry.column, entry.header]));
  const isBlocked = preview.blocking.length > 0 || preview.ambiguous.length > 0 || problem !== null;
  return (
    <form
      class="column-check"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBlocked) sendMapped(client, job.key, { columns, allowMissing });
      }}
    >
      <p>{summaryOf(first, renamed.length)}</p>
      {problem && <ProblemNotice problem={problem} />}
      <ul class="mappings">
        {shown.map((column) => (
          <Row
            key={column}
            column={column}
            header={header}
            found={found.get(column) ?? ""}
            isOptional={!preview.blocking.includes(column)}
            choose={(name) => choose(column, name)}
          />
        ))}
      </ul>
      {rows.length > shown.length && (
        <Button kind="quiet" onClick={() => setWhole(true)}>
          Show {rows.length - shown.length} more
        </Button>
      )}
      {first.missing.length > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={allowMissing}
            onChange={(event) => setAllowMissing(event.currentTarget.checked)}
          />
          <span>
            Allow rows with only words or only sound
            <small class="hint">Their genres are less sure, and their confidence says so.</small>
          </span>
        </label>
      )}
      <div class="button-row">
        <Button kind="primary" type="submit" disabled={isBlocked}>
          Classify
        </Button>
        <span class="hint" role="status">
          {statusOf(preview)}
        </span>
      </div>
    </form>
  );
}

interface RowProps {
  column: string;
  header: string[];
  found: string;
  isOptional: boolean;
  choose: (name: string) => void;
}

function Row({ column, header, found, isOptional, choose }: RowProps) {
  const id = useId();
  const names = [...new Set(header)].filter((name) => name !== "");
  return (
    <li class={found || isOptional ? "" : "open"}>
      <select id={id} value={found} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">not in the file</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <span aria-hidden="true">→</span>
      <label for={id}>
        <span class="hidden">Your column for </span>
        <code>{column}</code>
      </label>
    </li>
  );
}

function summaryOf({ columns, missing, ambiguous }: Preview, renamed: number): string {
  const parts = [
    missing.length > 0 && `${plural(missing.length, "column")} not found`,
    ambiguous.length > 0 && `${plural(ambiguous.length, "column")} unclear`,
    renamed > 0 && `${plural(renamed, "column")} found under another name`,
  ].filter(Boolean);
  return `Your column → ours: ${parts.join(", ")}; ${columns.length - renamed} match exactly.`;
}

function statusOf({ blocking, ambiguous }: Preview): string {
  if (ambiguous.length > 0) return `Choose one for ${ambiguous.map(({ column }) => column).join(", ")}.`;
  if (blocking.length === 0) return "";
  return `Still needed: ${blocking.slice(0, 3).join(", ")}${blocking.length > 3 ? ` and ${blocking.length - 3} more` : ""}.`;
}
