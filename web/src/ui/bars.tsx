/** Horizontal bars as a list; each has a label, a length, and its number as text. */

import { scaleLinear } from "d3-scale";
import type { ComponentChildren } from "preact";

export interface Bar {
  key: string;
  label: ComponentChildren;
  value: number;
  text: string;
  href?: string;
  isCurrent?: boolean;
  tone?: "strong" | "soft" | "bad";
}

interface BarsProps {
  label: string;
  bars: Bar[];
  /** The value of a full bar; by default, the longest one is full. */
  full?: number;
}

export function Bars({ label, bars, full }: BarsProps) {
  const longest = full ?? Math.max(...bars.map(({ value }) => Math.abs(value)), 0);
  const width = scaleLinear()
    .domain([0, longest || 1])
    .range([0, 100])
    .clamp(true);
  return (
    <ol class="bars" aria-label={label}>
      {bars.map((bar) => {
        const inside = (
          <>
            <span class="bar-label">{bar.label}</span>
            <span class="bar-text">{bar.text}</span>
            <span class="bar-track" aria-hidden="true">
              <span
                class={`bar-fill ${bar.tone ?? "strong"}`}
                style={{ width: `${width(Math.abs(bar.value))}%` }}
              />
            </span>
          </>
        );
        return (
          <li key={bar.key}>
            {bar.href ? (
              <a class="bar" href={bar.href} aria-current={bar.isCurrent ? "true" : undefined}>
                {inside}
              </a>
            ) : (
              <div class="bar">{inside}</div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** Bars that start at a middle line: to the right if positive, else to the left. */
export function SignedBars({ label, bars }: { label: string; bars: Bar[] }) {
  const longest = Math.max(...bars.map(({ value }) => Math.abs(value)), 0);
  const width = scaleLinear()
    .domain([0, longest || 1])
    .range([0, 50]);
  return (
    <ol class="bars signed" aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.key}>
          <div class="bar">
            <span class="bar-label">{bar.label}</span>
            <span class="bar-text">{bar.text}</span>
            <span class="bar-track" aria-hidden="true">
              <span
                class={`bar-fill ${bar.value < 0 ? "bad" : "strong"}`}
                style={{
                  width: `${width(Math.abs(bar.value))}%`,
                  left: bar.value < 0 ? `${50 - width(-bar.value)}%` : "50%",
                }}
              />
            </span>
          </div>
        </li>
      ))}
    </ol>
  );
}
