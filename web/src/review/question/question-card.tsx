/** One track, what the model makes of it, and the ways to answer. */

import { useStore } from "@nanostores/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { linkTo } from "../../frame/route";
import { GenreName } from "../../genres/genre-name";
import { Fill } from "../../ui/bars";
import { Button } from "../../ui/button";
import { formatPercent, plural } from "../../ui/format";
import { Card } from "../../ui/layout";
import { Empty, ProblemNotice, Skeleton } from "../../ui/notices";
import { KeyCap } from "../key-cap";
import { AcceptButton } from "../offer-card";
import { type Question, soundsAlike } from "../operations";
import { useReview } from "../review";
import { areShortcutsOn, useShortcuts } from "../shortcuts";
import { GenreField } from "./genre-field";
import { readableWords } from "./words";

const CHOICES = 3;
const WORDS = 18;

export function QuestionCard() {
  const { session } = useReview();
  const question = useStore(session.question);
  const problem = useStore(session.problem);
  if (question) return <AskCard question={question} />;
  return (
    <Card class="question">
      {problem && (
        <ProblemNotice problem={problem}>
          <Button onClick={() => session.ask()}>Try again</Button>
        </ProblemNotice>
      )}
      {!problem && question === undefined && <Skeleton lines={7} />}
      {!problem && question === null && <NothingLeft />}
    </Card>
  );
}

function NothingLeft() {
  const { batchId, session } = useReview();
  const canUndo = useStore(session.steps).length > 0;
  useShortcuts((key) => {
    if (!/^u$/i.test(key)) return false;
    session.undo();
    return true;
  });
  return (
    <Empty icon="check" title="Nothing left to review">
      {batchId ? "Every track of this batch is answered." : "Every stored track is answered."}
      <div class="button-row">
        {canUndo && (
          <Button icon="undo" onClick={session.undo}>
            Undo
          </Button>
        )}
        <a class="button" href={linkTo("catalogue")}>
          Go to the catalogue
        </a>
      </div>
    </Empty>
  );
}

function AskCard({ question }: { question: Question }) {
  const { session } = useReview();
  const choices = question.suggestions.slice(0, CHOICES);
  const [typed, setTyped] = useState<string | null>(null);
  // The newest text: fast typists press the next keys before the field is drawn and has the focus.
  const newest = useRef<string | null>(null);
  const title = useFocusedTitle(question.trackId);

  function type(text: string | null): void {
    newest.current = text;
    setTyped(text);
  }

  useShortcuts((key) => {
    if (newest.current !== null) {
      if (key.length === 1) type(newest.current + key);
      return key.length === 1;
    }
    const chosen = choices[Number(key) - 1];
    if (chosen) session.answer(chosen.genre);
    else if (key === "?") session.setUnsure();
    else if (/^s$/i.test(key)) session.skip();
    else if (/^u$/i.test(key)) session.undo();
    else if (key === "/") type("");
    else if (/^\p{L}$/u.test(key) && !/^a$/i.test(key)) type(key);
    else return false;
    return true;
  });

  return (
    <Card class="question">
      <Progress />
      <h2 ref={title} tabIndex={-1}>
        <a href={linkTo("tracks", question.trackId)}>{question.title || "Untitled"}</a>
      </h2>
      <Words words={question.words} />
      <Neighbours neighbours={question.neighbours} />
      <fieldset class="choices">
        <legend>Which genre is it?</legend>
        <div class="choice-row">
          {choices.map(({ genre, probability }, index) => (
            <button type="button" key={genre} class="choice" onClick={() => session.answer(genre)}>
              <KeyCap>{index + 1}</KeyCap>
              <span class="choice-genre">{genre}</span>
              <span class="choice-share">{formatPercent(probability)}</span>
              <span class="bar-track" aria-hidden="true">
                <Fill genre={genre} percent={probability * 100} />
              </span>
            </button>
          ))}
        </div>
        <GenreField key={question.trackId} typed={typed} close={() => type(null)} open={type} />
      </fieldset>
      <Actions />
    </Card>
  );
}

/** Keep the focus with the question: an answer by button or field moves on to the next title. */
function useFocusedTitle(trackId: string) {
  const title = useRef<HTMLHeadingElement>(null);
  const last = useRef(trackId);
  useEffect(() => {
    if (last.current === trackId) return;
    last.current = trackId;
    const focused = document.activeElement;
    if (!focused || focused === document.body || focused.closest(".question")) {
      title.current?.focus({ preventScroll: true });
    }
  }, [trackId]);
  return title;
}

/** How far the person has come; on a phone, the offer is too far down, so it is also here. */
function Progress() {
  const { session } = useReview();
  const steps = useStore(session.steps);
  const offer = useStore(session.offer);
  const answers = steps.reduce((sum, step) => sum + step.answers.length, 0);
  return (
    <div class="review-progress">
      <p class="hint">{answers > 0 ? plural(answers, "answer") : "No answers yet"}</p>
      {offer && offer.chosen.length > 0 && (
        <div class="narrow-offer">
          <span class="hint">Alike:</span>
          <AcceptButton offer={offer} />
        </div>
      )}
    </div>
  );
}

function Words({ words }: { words: readonly string[] }) {
  const shown = readableWords(words).slice(0, WORDS);
  if (shown.length === 0) return <p class="hint">No lyrics are known.</p>;
  return (
    <p class="chips words">
      <span class="hidden">Words in the lyrics: </span>
      {shown.map((word) => (
        <span key={word}>{word}</span>
      ))}
    </p>
  );
}

/** Answered tracks that sound alike, nearest first; distant ones would mislead. */
function Neighbours({ neighbours }: Pick<Question, "neighbours">) {
  const alike = neighbours.filter(soundsAlike);
  if (alike.length === 0) return null;
  return (
    <section class="neighbours" aria-label="Sounds like">
      <h3>Sounds like</h3>
      <ul>
        {alike.map(({ track }) => (
          <li key={track.trackId}>
            <a href={linkTo("tracks", track.trackId)}>{track.title || "Untitled"}</a>
            <span>
              you said{" "}
              <strong>
                <GenreName genre={track.genre} />
              </strong>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Actions() {
  const { session } = useReview();
  const canUndo = useStore(session.steps).length > 0;
  return (
    <div class="review-actions">
      <Button kind="quiet" onClick={session.skip}>
        <KeyCap>S</KeyCap> Skip
      </Button>
      <Button kind="quiet" onClick={session.setUnsure}>
        <KeyCap>?</KeyCap> Not sure
      </Button>
      <Button kind="quiet" onClick={session.undo} disabled={!canUndo}>
        <KeyCap>U</KeyCap> Undo
      </Button>
      <ShortcutSwitch />
    </div>
  );
}

function ShortcutSwitch() {
  const isOn = useStore(areShortcutsOn);
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => areShortcutsOn.set(event.currentTarget.checked)}
      />
      Keyboard shortcuts
    </label>
  );
}
