/** The figures of two versions, side by side. */

import { formatCount, formatFigure, formatSigned } from "../../ui/format";
import { TableScroll } from "../../ui/table-scroll";
import type { Version } from "./operations";
import { expectationOf } from "./table";

type Model = NonNullable<Version["model"]>;

const FIGURES: [name: string, read: (model: Model) => number, isBetterHigh: boolean][] = [
  ["Macro F1", ({ macroF1 }) => macroF1, true],
  ["Log loss", ({ logLoss }) => logLoss, false],
  ["Calibration error", ({ ece }) => ece, false],
  ["Accuracy by group", ({ byGroup }) => byGroup.accuracy, true],
];

export function FigureTable({ from, to }: { from: Version; to: Version }) {
  return (
    <TableScroll label="Figures of both">
      <table>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col" class="number">
              {from.version}
            </th>
            <th scope="col" class="number">
              {to.version}
            </th>
            <th scope="col" class="number">
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Right on new artists</th>
            <td class="number">{expectationOf(from)}</td>
            <td class="number">{expectationOf(to)}</td>
            <td class="number">
              {differenceOf(from, to, (model) => model.expected?.accuracy ?? null, true)}
            </td>
          </tr>
          {FIGURES.map(([name, read, isBetterHigh]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{from.model ? formatFigure(read(from.model)) : "–"}</td>
              <td class="number">{to.model ? formatFigure(read(to.model)) : "–"}</td>
              <td class="number">{differenceOf(from, to, read, isBetterHigh)}</td>
            </tr>
          ))}
          <Count name="Training tracks" from={from} to={to} read={({ trainingRows }) => trainingRows} />
          <Count name="Genres" from={from} to={to} read={({ genres }) => genres.length} />
        </tbody>
      </table>
    </TableScroll>
  );
}

interface CountProps {
  name: string;
  from: Version;
  to: Version;
  read: (model: Model) => number;
}

function Count({ name, from, to, read }: CountProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{from.model ? formatCount(read(from.model)) : "–"}</td>
      <td class="number">{to.model ? formatCount(read(to.model)) : "–"}</td>
      <td />
    </tr>
  );
}

/** How much better or worse the second is, in words as well as by its sign. */
function differenceOf(
  from: Version,
  to: Version,
  read: (model: Model) => number | null,
  isBetterHigh: boolean,
): string {
  const before = from.model && read(from.model);
  const after = to.model && read(to.model);
  if (before === null || after === null) return "–";
  const difference = after - before;
  if (Math.abs(difference) < 0.005) return "same";
  return `${formatSigned(difference)} ${difference > 0 === isBetterHigh ? "better" : "worse"}`;
}
