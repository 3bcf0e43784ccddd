/** The versions as a table, each with a button to use it. */

import { Confirm } from "../../ui/confirm";
import { formatDateTime, plural } from "../../ui/format";
import { TableScroll } from "../../ui/table-scroll";
import type { Version } from "./operations";

const ORIGINS = { SHIPPED: "Shipped", TRAINED: "Trained", LEARNED: "Learned" } as const;

interface VersionTableProps {
  versions: readonly Version[];
  canUse: boolean;
  use: (version: string) => void;
}

export function VersionTable({ versions, canUse, use }: VersionTableProps) {
  return (
    <TableScroll label="Versions of the model">
      <table class="versions">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">From</th>
            <th scope="col">Right on new artists</th>
            <th scope="col" class="wide-only">
              Made
            </th>
            <th scope="col">
              <span class="hidden">Choose</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <VersionRow key={version.version} version={version} canUse={canUse} use={use} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function VersionRow({
  version: found,
  canUse,
  use,
}: Omit<VersionTableProps, "versions"> & { version: Version }) {
  const { version, isUsed, problem, createdAt } = found;
  return (
    <tr>
      <th scope="row">
        <code>{version}</code> {isUsed && <span class="badge good">in use</span>}
        {problem && <span class="badge bad">broken</span>}
      </th>
      <td>
        {ORIGINS[found.origin]}
        <small>{problem ?? sourceOf(found)}</small>
      </td>
      <td>{expectationOf(found)}</td>
      <td class="muted wide-only">{createdAt ? formatDateTime(createdAt) : "–"}</td>
      <td>
        {canUse && !isUsed && !problem && (
          <Confirm
            label={`Use ${version}`}
            question="Let it classify from now on, in every replica?"
            yes="Use it"
            no="Keep the current one"
            act={() => use(version)}
          />
        )}
      </td>
    </tr>
  );
}

function sourceOf({ origin, answers, parentVersion, model }: Version): string {
  if (origin === "LEARNED") return `from ${plural(answers ?? 0, "answer")}, on top of ${parentVersion}`;
  return model ? `from ${plural(model.trainingRows, "track")}` : "";
}

export function expectationOf({ model }: Version): string {
  if (!model) return "–";
  if (!model.expected) return "not estimated";
  const { accuracy, low, high } = model.expected;
  return `${accuracy.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
