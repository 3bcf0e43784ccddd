/** How good the model is by now, as far as one can tell, and whether to go on. */

import { useStore } from "@nanostores/preact";
import { GenreName } from "../../genres/genre-name";
import { Bars } from "../../ui/bars";
import { formatCount, formatPercent, plural } from "../../ui/format";
import { Card } from "../../ui/layout";
import { ProblemNotice, Skeleton } from "../../ui/notices";
import type { Summary } from "../operations";
import { useReview } from "../review";
import { Curve } from "./curve";
import { answersUntilLesson, type Lesson } from "./lessons";

const ANSWERS_FOR_AN_ESTIMATE = 20;
const WORTH_TEN_ANSWERS = 0.005;
const EXAMPLES = 3;

export function Estimate() {
  const { lessons } = useReview();
  const summary = useStore(lessons.summary);
  const points = useStore(lessons.points);
  const lesson = useStore(lessons.lesson);
  const problem = useStore(lessons.problem);
  if (!summary)
    return (
      <Card title="Estimated accuracy">
        <Skeleton lines={5} />
      </Card>
    );
  const { accuracyAfter, accuracyBefore, interval, byGenre } = summary;
  return (
    <Card
      title="Estimated accuracy"
      hint="An estimate for the tracks you haven't answered, judging by tracks like these. Not a promise."
    >
      <p class="estimate">
        {accuracyAfter === null ? <TooFew summary={summary} /> : <Figure summary={summary} />}
      </p>
      <Curve points={points} interval={interval} before={accuracyBefore} />
      <LessonLine />
      {problem && <ProblemNotice problem={problem} />}
      {lesson && <WhatChanged lesson={lesson} />}
      <Advice summary={summary} />
      {byGenre.length > 0 && (
        <details>
          <summary>{plural(summary.answers, "answer")} by genre</summary>
          <Bars
            label="Answers by genre"
            bars={byGenre.map(({ genre, answers }) => ({
              key: genre,
              label: <GenreName genre={genre} />,
              genre,
              value: answers,
              text: formatCount(answers),
            }))}
          />
        </details>
      )}
    </Card>
  );
}

function Figure({ summary: { accuracyAfter, accuracyBefore, interval } }: { summary: Summary }) {
  const [low, high] = interval ?? [];
  return (
    <>
      <strong>{formatPercent(accuracyAfter!)}</strong>
      <span>
        {low !== undefined && high !== undefined && (
          <>
            between {formatPercent(low)} and {formatPercent(high)};{" "}
          </>
        )}
        {accuracyBefore !== null && <>{formatPercent(accuracyBefore)} without your answers</>}
      </span>
    </>
  );
}

function TooFew({ summary: { answers } }: { summary: Summary }) {
  const missing = ANSWERS_FOR_AN_ESTIMATE - answers;
  return (
    <span>
      An estimate needs {ANSWERS_FOR_AN_ESTIMATE} answers: {Math.max(missing, 1)} to go.
    </span>
  );
}

function LessonLine() {
  const { lessons } = useReview();
  const isLearning = useStore(lessons.isLearning);
  const left = answersUntilLesson(useStore(lessons.unlearnt));
  return (
    <p class="hint">
      {isLearning ? "Learning from your answers …" : `Learns again in ${plural(left, "answer")}`}
    </p>
  );
}

/** What the latest ten answers changed. It happens by itself, so it is announced. */
function WhatChanged({ lesson: { model, accuracyEarlier } }: { lesson: Lesson }) {
  const { accuracyAfter, changedTracks, answers, changes } = model;
  const gain = accuracyAfter !== null && accuracyEarlier !== null ? accuracyAfter - accuracyEarlier : null;
  return (
    <div class="lesson" role="status">
      <p>
        Learnt from {plural(answers, "answer")}
        {gain !== null && <>: {pointsOf(gain)}</>}. {plural(changedTracks, "track")} would get another genre.
      </p>
      <ul class="examples">
        {changes.slice(0, EXAMPLES).map(({ track, newGenre }) => (
          <li key={track.trackId}>
            {track.title || "Untitled"}: <GenreName genre={track.genre} /> → <GenreName genre={newGenre} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Advice({ summary: { nextTenGain } }: { summary: Summary }) {
  if (nextTenGain === null) return null;
  if (nextTenGain < WORTH_TEN_ANSWERS) {
    return (
      <p class="advice done">
        <strong>A good time to stop.</strong> Ten more answers should add less than half a point.
      </p>
    );
  }
  return <p class="advice">Ten more answers should add about {pointsOf(nextTenGain).replace("+", "")}.</p>;
}

function pointsOf(gain: number): string {
  const points = Math.abs(gain * 100).toFixed(1);
  return `${gain < 0 ? "−" : "+"}${points} ${points === "1.0" ? "point" : "points"}`;
}
