/** A person's review: the question at hand, what they did, and the way back. */

import type { Client } from "@urql/core";
import { atom } from "nanostores";
import { type Problem, problemOf } from "../api/errors";
import type { NewAnswer, Outbox } from "./delivery/outbox";
import type { Lessons } from "./estimate/lessons";
import { type Question, type Similar, SOUNDS_LIKE, soundsAlike } from "./operations";
import type { Questions } from "./question/questions";

/** Tracks that sound like the one just answered, and may have the same genre. */
export interface Offer {
  title: string;
  genre: string;
  isNewGenre: boolean;
  similar: readonly Similar[];
  /** The tracks that "together" means. */
  chosen: readonly string[];
}

interface Step {
  question?: Question;
  answers: NewAnswer[];
  offer: Offer | null;
}

export type Session = ReturnType<typeof makeSession>;

export function makeSession(client: Client, questions: Questions, outbox: Outbox, lessons: Lessons) {
  /** Undefined while it is fetched, null if there is nothing left to ask. */
  const question = atom<Question | null | undefined>(undefined);
  const offer = atom<Offer | null>(null);
  const problem = atom<Problem | null>(null);
  const message = atom("");
  const steps = atom<Step[]>([]);
  let asked = 0;

  async function ask(): Promise<void> {
    const number = ++asked;
    question.set(undefined);
    const { question: found, error } = await questions.next();
    if (number !== asked) return;
    problem.set(error && !found ? problemOf(error) : null);
    question.set(found);
  }

  async function findSimilar(about: Question, genre: string, isNewGenre: boolean): Promise<void> {
    const { data } = await client
      .query(SOUNDS_LIKE, { trackId: about.trackId }, { requestPolicy: "network-only" })
      .toPromise();
    const unsent = new Set(outbox.answers.get().map(({ trackId }) => trackId));
    const neighbours = data?.track?.neighbours.filter(soundsAlike) ?? [];
    const similar = neighbours.filter(({ track }) => !unsent.has(track.trackId));
    const isLatest = steps.get().at(-1)?.question === about;
    if (!isLatest || similar.length === 0) return;
    const chosen = similar.filter((other) => isPlausible(other, genre)).map(({ track }) => track.trackId);
    offer.set({ title: about.title, genre, isNewGenre, similar, chosen });
  }

  function take(step: Step, said: string): void {
    steps.set([...steps.get(), step]);
    message.set(said);
    if (step.answers.length > 0) outbox.add(step.answers);
  }

  return {
    question,
    offer,
    problem,
    message,
    steps,
    ask,

    answer(genre: string, isNewGenre = false): void {
      const about = question.get();
      if (!about) return;
      const { trackId, title } = about;
      take(
        { question: about, answers: [{ trackId, title, genre, isNewGenre }], offer: offer.get() },
        `${title || "Untitled"}: ${genre}.`,
      );
      lessons.learnGenre(genre);
      offer.set(null);
      void ask();
      void findSimilar(about, genre, isNewGenre);
    },

    /** Give similar tracks the same answer. */
    accept(trackIds: readonly string[]): void {
      const offered = offer.get();
      const accepted = offered?.similar.filter(({ track }) => trackIds.includes(track.trackId)) ?? [];
      if (!offered || accepted.length === 0) return;
      const { genre, isNewGenre } = offered;
      const answers = accepted.map(({ track }) => ({
        trackId: track.trackId,
        title: track.title,
        genre,
        isNewGenre,
      }));
      take({ answers, offer: offered }, `${answers.length} more: ${genre}.`);
      questions.pass(trackIds);
      const left = offered.similar.filter(({ track }) => !trackIds.includes(track.trackId));
      const chosen = offered.chosen.filter((trackId) => !trackIds.includes(trackId));
      offer.set(left.length > 0 ? { ...offered, similar: left, chosen } : null);
      if (trackIds.includes(question.get()?.trackId ?? "")) void ask();
    },

    /** Include a track in "together", or leave it out. */
    toggle(trackId: string): void {
      const offered = offer.get();
      if (!offered) return;
      const others = offered.chosen.filter((chosen) => chosen !== trackId);
      const isOut = others.length === offered.chosen.length;
      offer.set({ ...offered, chosen: isOut ? [...others, trackId] : others });
    },

    closeOffer(): void {
      offer.set(null);
    },

    skip(): void {
      const about = question.get();
      if (!about) return;
      take({ question: about, answers: [], offer: offer.get() }, "Skipped. It comes back at the end.");
      questions.postpone(about);
      void ask();
    },

    setUnsure(): void {
      const about = question.get();
      if (!about) return;
      take(
        { question: about, answers: [], offer: offer.get() },
        "You won't be asked about this track again.",
      );
      questions.passUnsure(about);
      void ask();
    },

    undo(): void {
      const last = steps.get().at(-1);
      if (!last) {
        message.set("Nothing to undo.");
        return;
      }
      steps.set(steps.get().slice(0, -1));
      if (last.answers.length > 0) outbox.takeBack(last.answers);
      offer.set(last.offer);
      message.set("Undone.");
      if (!last.question) return;
      const current = question.get();
      questions.putBack(last.question, ...(current ? [current] : []));
      void ask();
    },
  };
}

/** Whether the genre is among the model's two best guesses; other tracks take a person's choice. */
function isPlausible({ track }: Similar, genre: string): boolean {
  return track.suggestions.some((suggestion) => suggestion.genre === genre);
}
