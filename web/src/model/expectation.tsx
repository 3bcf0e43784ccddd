/** How often the model is right: on new artists first, then as others measured it, then by group. */

import { formatCount, formatFigure, formatPercent } from "../ui/format";
import { Card, Stat } from "../ui/layout";
import type { Model } from "./view";

export function Expectation({ model }: { model: Model }) {
  return (
    <Card class="expectation">
      <p class="verdict">
        Right <strong>{inWords(model.expected?.accuracy ?? model.accuracy)}</strong>{" "}
        {model.expected ? "on artists it hasn't heard" : "on held-out tracks"}
        {model.expected && (
          <>
            : {figure(model.expected.low)} to {figure(model.expected.high)}
          </>
        )}
      </p>
      <p class="hint">
        {model.expected && "With 95% confidence, every genre counting the same. "}
        Guessing among its {model.genres.length} genres would be right {inWords(1 / model.genres.length)}.
      </p>
      <dl class="stats">
        <Stat label="Macro F1" value={formatFigure(model.macroF1)} note={range(model, "macroF1")} />
        <Stat label="Log loss" value={formatFigure(model.logLoss)} note={range(model, "logLoss")} />
        <Stat label="Calibration error" value={formatFigure(model.ece)} note={range(model, "ece")} />
      </dl>
      <Independent model={model} />
      <ByGroup model={model} />
    </Card>
  );
}

function Independent({ model: { independent: found, version } }: { model: Model }) {
  if (!found) return null;
  const isSame = found.modelVersion === version;
  return (
    <div class="measured">
      <h3>
        Measured outside the project <span class="badge">external</span>
      </h3>
      <p>
        Accuracy <strong>{figure(found.accuracy)}</strong> ({figure(found.low)} to {figure(found.high)}) on{" "}
        {formatCount(found.tracks)} tracks, macro F1 {formatFigure(found.macroF1)}
        {isSame && `, log loss ${formatFigure(found.logLoss)}, calibration error ${formatFigure(found.ece)}`}.
      </p>
      <p class="hint">
        {capitalize(found.source)}, {found.date}.{" "}
        {!isSame && (
          <>
            Measured with <code>{found.modelVersion}</code>, which predicts the same genres with other
            confidence.
          </>
        )}
      </p>
    </div>
  );
}

function ByGroup({ model: { byGroup } }: { model: Model }) {
  return (
    <details class="by-group">
      <summary>Scores on held-out groups of the training tracks</summary>
      <p class="hint">
        The {formatCount(byGroup.groups)} groups do not keep all artists apart, so these scores flatter the
        model.
      </p>
      <dl class="stats">
        <Stat label="Accuracy by group" value={formatFigure(byGroup.accuracy)} />
        <Stat label="Macro F1 by group" value={formatFigure(byGroup.macroF1)} />
        <Stat label="Log loss by group" value={formatFigure(byGroup.logLoss)} />
        <Stat label="Calibration error by group" value={formatFigure(byGroup.ece)} />
      </dl>
    </details>
  );
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const figure = (value: number) => value.toFixed(2);

function range({ intervals }: Model, metric: string): string | undefined {
  const found = intervals.find((interval) => interval.metric === metric);
  return found && `${formatFigure(found.low)} to ${formatFigure(found.high)}`;
}

/** A share as people say it. */
export function inWords(share: number): string {
  if (Math.abs(share - 0.5) < 0.04) return "about half the time";
  if (share < 0.2) return `about ${formatPercent(share)} of the time`;
  return `about ${Math.round(share * 10)} times in 10`;
}
