/** Whether the model's confidence can be trusted: confidence against accuracy. */

import { scaleLinear, scaleSqrt } from "d3-scale";
import { line } from "d3-shape";
import { formatPercent } from "../ui/format";
import { Card } from "../ui/layout";
import type { Model } from "./view";

type Bin = Model["calibration"][number];

const SIZE = { width: 420, height: 300, left: 58, right: 14, top: 12, bottom: 42 };
const TICKS = [0, 0.25, 0.5, 0.75, 1];

export function Calibration({ bins, ece }: { bins: readonly Bin[]; ece: number }) {
  const x = scaleLinear().range([SIZE.left, SIZE.width - SIZE.right]);
  const y = scaleLinear().range([SIZE.height - SIZE.bottom, SIZE.top]);
  const radius = scaleSqrt().range([3, 11]);
  const curve = line<Bin>(
    ({ confidence }) => x(confidence),
    ({ accuracy }) => y(accuracy),
  );
  return (
    <Card
      title="Can you trust its confidence?"
      hint={`On the dashed line, confidence would match accuracy. On average it is ${formatPercent(ece)} off`}
    >
      <svg
        class="calibration"
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        role="img"
        aria-label={`Calibration curve; mean error ${formatPercent(ece)}`}
      >
        {TICKS.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={SIZE.left} x2={SIZE.width - SIZE.right} y1={y(tick)} y2={y(tick)} />
            <text x={SIZE.left - 8} y={y(tick) + 4} text-anchor="end">
              {formatPercent(tick)}
            </text>
            <text x={x(tick)} y={SIZE.height - SIZE.bottom + 18} text-anchor="middle">
              {formatPercent(tick)}
            </text>
          </g>
        ))}
        <text x={(SIZE.left + SIZE.width) / 2} y={SIZE.height - 4} text-anchor="middle">
          Confidence
        </text>
        <text transform={`translate(11 ${SIZE.height / 2 - 14}) rotate(-90)`} text-anchor="middle">
          Accuracy
        </text>
        <line class="ideal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        <path class="curve" d={curve([...bins]) ?? ""} />
        {bins.map(({ confidence, accuracy, share }) => (
          <circle key={confidence} cx={x(confidence)} cy={y(accuracy)} r={radius(share)}>
            <title>
              {`${formatPercent(share)} of tracks: ${formatPercent(confidence)} confident, ${formatPercent(accuracy)} right`}
            </title>
          </circle>
        ))}
      </svg>
      <table class="hidden">
        <caption>Calibration</caption>
        <thead>
          <tr>
            <th scope="col">Confidence</th>
            <th scope="col">Accuracy</th>
            <th scope="col">Share of tracks</th>
          </tr>
        </thead>
        <tbody>
          {bins.map(({ confidence, accuracy, share }) => (
            <tr key={confidence}>
              <td>{formatPercent(confidence)}</td>
              <td>{formatPercent(accuracy)}</td>
              <td>{formatPercent(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
