/** What the answers have taught so far. It learns by itself after every ten answers. */

import type { Client } from "@urql/core";
import { atom } from "nanostores";
import { type Problem, problemOf } from "../../api/errors";
import { LEARN, LEARNING, type LearnedModel, type Summary } from "../operations";

const ANSWERS_A_LESSON = 10;

export interface Point {
  answers: number;
  accuracy: number;
}

/** The latest lesson, and the estimate before it. */
export interface Lesson {
  model: LearnedModel;
  accuracyEarlier: number | null;
}

export type Lessons = ReturnType<typeof makeLessons>;

export function makeLessons(client: Client, onLearnt: () => void) {
  const summary = atom<Summary | null>(null);
  const genres = atom<string[]>([]);
  const isOperator = atom(false);
  const points = atom<Point[]>([]);
  const lesson = atom<Lesson | null>(null);
  const problem = atom<Problem | null>(null);
  const isLearning = atom(false);
  /** Answers saved since the latest lesson. */
  const unlearnt = atom(0);

  async function refresh(): Promise<void> {
    const { data } = await client.query(LEARNING, {}, { requestPolicy: "network-only" }).toPromise();
    if (!data) return;
    const { learning, model, viewer } = data;
    isOperator.set(viewer.isOperator);
    summary.set(learning);
    addGenres(...model.genres, ...learning.byGenre.map(({ genre }) => genre));
    for (const point of learning.history) addPoint(point);
    if (learning.accuracyAfter !== null) {
      addPoint({ answers: learning.answers, accuracy: learning.accuracyAfter });
    }
  }

  function addGenres(...names: string[]): void {
    genres.set([...new Set([...genres.get(), ...names])].sort((a, b) => a.localeCompare(b)));
  }

  function addPoint(point: Point): void {
    const others = points.get().filter(({ answers }) => answers !== point.answers);
    points.set([...others, point].sort((a, b) => a.answers - b.answers));
  }

  async function learn(): Promise<void> {
    if (isLearning.get()) return;
    isLearning.set(true);
    const counted = unlearnt.get();
    const variables = { use: false, force: false, changes: 5 };
    const { data, error } = await client.mutation(LEARN, variables).toPromise();
    problem.set(error ? problemOf(error) : null);
    unlearnt.set(Math.max(0, unlearnt.get() - counted));
    if (data) {
      const model = data.learnFromCorrections;
      lesson.set({ model, accuracyEarlier: points.get().at(-1)?.accuracy ?? model.accuracyBefore });
      onLearnt();
    }
    await refresh();
    isLearning.set(false);
    if (unlearnt.get() >= ANSWERS_A_LESSON) void learn();
  }

  return {
    summary,
    genres,
    isOperator,
    points,
    lesson,
    problem,
    isLearning,
    unlearnt,
    refresh,
    learn,

    /** Know a genre that an answer brought, before the service lists it. */
    learnGenre(name: string): void {
      addGenres(name);
    },

    countSaved(answers: number): void {
      unlearnt.set(unlearnt.get() + answers);
      if (unlearnt.get() >= ANSWERS_A_LESSON) void learn();
    },
  };
}

export const answersUntilLesson = (unlearnt: number) => Math.max(0, ANSWERS_A_LESSON - unlearnt);
