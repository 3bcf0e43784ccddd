/** The estimated accuracy against the number of answers. */

import { scaleLinear } from "d3-scale";
import { curveMonotoneX, line } from "d3-shape";
import { formatPercent } from "../../ui/format";
import type { Point } from "./lessons";

const SIZE = { width: 420, height: 190, left: 44, right: 14, top: 10, bottom: 34 };
const FEWEST_ANSWERS = 50;
const LOWEST = 0.5;

interface CurveProps {
  points: readonly Point[];
  interval: readonly number[] | null;
  before: number | null;
}

export function Curve({ points, interval, before }: CurveProps) {
  const last = points.at(-1);
  const lowest = Math.min(LOWEST, ...points.map(({ accuracy }) => accuracy), before ?? 1);
  const x = scaleLinear()
    .domain([0, Math.max(FEWEST_ANSWERS, last?.answers ?? 0)])
    .nice()
    .range([SIZE.left, SIZE.width - SIZE.right]);
  const y = scaleLinear()
    .domain([Math.floor(lowest * 10) / 10, 1])
    .range([SIZE.height - SIZE.bottom, SIZE.top]);
  const path = line<Point>(
    ({ answers }) => x(answers),
    ({ accuracy }) => y(accuracy),
  ).curve(curveMonotoneX);
  const [low, high] = interval ?? [];
  return (
    <svg class="curve" viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={labelOf(points)}>
      {y.ticks(4).map((tick) => (
        <g key={tick}>
          <line class="grid" x1={SIZE.left} x2={SIZE.width - SIZE.right} y1={y(tick)} y2={y(tick)} />
          <text x={SIZE.left - 8} y={y(tick) + 4} text-anchor="end">
            {formatPercent(tick)}
          </text>
        </g>
      ))}
      {x.ticks(5).map((tick) => (
        <text key={tick} x={x(tick)} y={SIZE.height - SIZE.bottom + 17} text-anchor="middle">
          {tick}
        </text>
      ))}
      <text x={(SIZE.left + SIZE.width) / 2} y={SIZE.height - 2} text-anchor="middle">
        Answers
      </text>
      {before !== null && (
        <line class="ideal" x1={SIZE.left} x2={SIZE.width - SIZE.right} y1={y(before)} y2={y(before)} />
      )}
      {last && low !== undefined && high !== undefined && (
        <line
          class="interval"
          x1={x(last.answers)}
          x2={x(last.answers)}
          y1={y(low)}
          y2={y(Math.min(high, 1))}
        />
      )}
      <path class="curve-line" d={path(points) ?? ""} />
      {points.map(({ answers, accuracy }) => (
        <circle key={answers} cx={x(answers)} cy={y(accuracy)} r={answers === last?.answers ? 5 : 2.5}>
          <title>{`${answers} answers: about ${formatPercent(accuracy)}`}</title>
        </circle>
      ))}
    </svg>
  );
}

function labelOf(points: readonly Point[]): string {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return "Estimated accuracy against answers; no estimate yet";
  const end = `about ${formatPercent(last.accuracy)} after ${last.answers} answers`;
  if (first === last) return `Estimated accuracy against answers: ${end}`;
  return `Estimated accuracy against answers: ${formatPercent(first.accuracy)} after ${first.answers}, ${end}`;
}
