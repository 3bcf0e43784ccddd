/** Rows a second over time, as a small filled line. */

import { scaleLinear } from "d3-scale";
import { area, curveMonotoneX, line } from "d3-shape";

export interface Sample {
  at: number;
  rows: number;
}

const WIDTH = 240;
const HEIGHT = 48;

export function Sparkline({ samples }: { samples: Sample[] }) {
  const rates = samples.slice(1).map(({ at, rows }, index) => {
    const before = samples[index]!;
    return { at, rows: (rows - before.rows) / Math.max(at - before.at, 1) };
  });
  const first = rates[0];
  const last = rates.at(-1);
  if (!first || !last || last.at === first.at) return null;
  const x = scaleLinear().domain([first.at, last.at]).range([0, WIDTH]);
  const highest = Math.max(...rates.map(({ rows }) => rows));
  const y = scaleLinear()
    .domain([0, highest || 1])
    .range([HEIGHT - 1, 4]);
  const outline = line<Sample>(
    ({ at }) => x(at),
    ({ rows }) => y(rows),
  ).curve(curveMonotoneX);
  const filled = area<Sample>(
    ({ at }) => x(at),
    HEIGHT,
    ({ rows }) => y(rows),
  ).curve(curveMonotoneX);
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="area" d={filled(rates) ?? ""} />
      <path class="line" d={outline(rates) ?? ""} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
