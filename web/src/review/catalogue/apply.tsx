/** Apply to catalogue: what would move, the go-ahead, the progress, and one click back. */

import { useStore } from "@nanostores/preact";
import { BatchProgress } from "../../batches/progress";
import { linkTo } from "../../frame/route";
import { GenreName } from "../../genres/genre-name";
import { Button } from "../../ui/button";
import { formatPercent, plural } from "../../ui/format";
import { Card } from "../../ui/layout";
import { ProblemNotice } from "../../ui/notices";
import { TableScroll } from "../../ui/table-scroll";
import type { LearnedModel } from "../operations";
import { useReview } from "../review";
import type { Change } from "./catalogue-change";

export function Apply() {
  const { catalogue } = useReview();
  const change = useStore(catalogue.change);
  const { phase, problem, model } = change;
  return (
    <Card
      title="Apply to catalogue"
      hint="Your answers are used already. This also gives the tracks you haven't answered their new genres."
    >
      {problem && <ApplyProblem change={change} />}
      {phase === "idle" && <Idle />}
      {phase === "previewing" && <progress aria-label="Finding the tracks that would move" />}
      {phase === "preview" && model && <Preview model={model} />}
      {phase === "using" && <progress aria-label="Switching the model" />}
      {(phase === "reclassifying" || phase === "done") && <Reclassifying change={change} />}
    </Card>
  );
}

function Idle() {
  const { catalogue, lessons } = useReview();
  const lesson = useStore(lessons.lesson);
  const isLearntInUse = !!useStore(lessons.summary)?.model;
  const isOperator = useStore(lessons.isOperator);
  return (
    <div class="button-row">
      <Button kind="primary" onClick={catalogue.preview}>
        {lesson ? `Preview ${plural(lesson.model.changedTracks, "change")}` : "Preview changes"}
      </Button>
      {isLearntInUse && isOperator && (
        <Button icon="undo" onClick={catalogue.rollBack}>
          Roll back
        </Button>
      )}
    </div>
  );
}

function ApplyProblem({ change: { problem, phase } }: { change: Change }) {
  const { catalogue } = useReview();
  return (
    <ProblemNotice problem={problem!}>
      {problem?.code === "LESS_ACCURATE" && phase === "preview" && (
        <Button kind="danger" onClick={() => catalogue.apply(true)}>
          Use it anyway
        </Button>
      )}
    </ProblemNotice>
  );
}

function Preview({ model }: { model: LearnedModel }) {
  const { catalogue, lessons } = useReview();
  const isOperator = useStore(lessons.isOperator);
  const { changes, changedTracks } = model;
  return (
    <div class="preview">
      <p role="status">
        <strong>{plural(changedTracks, "track")}</strong> would move.
        {changes.length < changedTracks && changes.length > 0 && ` The ${changes.length} surest:`}
      </p>
      {changes.length > 0 && (
        <TableScroll label="Tracks that would move">
          <table>
            <thead>
              <tr>
                <th scope="col">Title</th>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col" class="number wide-only">
                  Sure
                </th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ track, newGenre, confidence }) => (
                <tr key={track.trackId}>
                  <td>
                    <a href={linkTo("tracks", track.trackId)}>{track.title || "Untitled"}</a>
                  </td>
                  <td class="muted">
                    <GenreName genre={track.genre} />
                  </td>
                  <td>
                    <GenreName genre={newGenre} />
                  </td>
                  <td class="number wide-only">{formatPercent(confidence)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {!isOperator && (
        <p>
          Only operators can change the model in use: clients listed in <code>GENRE_OPERATORS</code>. Your
          answers are saved either way.
        </p>
      )}
      <div class="button-row">
        {isOperator && (
          <Button kind="primary" onClick={() => catalogue.apply()}>
            Apply to catalogue
          </Button>
        )}
        <Button kind="quiet" onClick={catalogue.cancel}>
          Not now
        </Button>
      </div>
    </div>
  );
}

function Reclassifying({ change: { batch, phase, problem, isRollback } }: { change: Change }) {
  const { catalogue } = useReview();
  const isDone = phase === "done" && !problem;
  return (
    <div class="preview">
      <p role="status">
        {phase === "reclassifying" && "Classifying the stored tracks again …"}
        {isDone && !isRollback && "Done. The catalogue has its new genres."}
        {isDone && isRollback && "Rolled back. The catalogue has its earlier genres again."}
      </p>
      {batch && <BatchProgress batch={batch} />}
      {phase === "done" && (
        <div class="button-row">
          {!isRollback && (
            <Button icon="undo" onClick={catalogue.rollBack}>
              Roll back
            </Button>
          )}
          <Button kind="quiet" onClick={catalogue.cancel}>
            Close
          </Button>
        </div>
      )}
    </div>
  );
}
