/** Horizontal bars as a list; each has a label, a length, and its number as text. */

import { scaleLinear } from "d3-scale";
import type { ComponentChildren } from "preact";
import { GenreName } from "../genres/genre-name";
import { useLook } from "../genres/known";

export interface Bar {
  key: string;
  label: ComponentChildren;
  value: number;
  text: string;
  href?: string;
  isCurrent?: boolean;
  /** The bar of a genre has its colour. */
  genre?: string;
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
              <Fill genre={bar.genre} percent={width(Math.abs(bar.value))} />
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

/** A bar for each genre. */
export function genreBar(genre: string, value: number, text: string, more: Partial<Bar> = {}): Bar {
  return { key: genre, label: <GenreName genre={genre} />, genre, value, text, ...more };
}

export function Fill({ genre, percent }: { genre?: string; percent: number }) {
  const style = { width: `${percent}%` };
  if (genre === undefined) return <span class="bar-fill" style={style} />;
  return <GenreFill genre={genre} style={style} />;
}

function GenreFill({ genre, style }: { genre: string; style: { width: string } }) {
  return <span class={`bar-fill ${useLook(genre).classes}`} style={style} />;
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
                class={`bar-fill ${bar.value < 0 ? "bad" : "good"}`}
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
