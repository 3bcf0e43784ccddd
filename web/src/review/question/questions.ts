/** Which track to ask about next. */

import type { Client, CombinedError } from "@urql/core";
import { QUEUE, type Question } from "../operations";

const FETCHED = 10;
const LOW = 4;
const MAX_FETCHED = 100;

export type Questions = ReturnType<typeof makeQuestions>;

export function makeQuestions(client: Client, clientId: string, batchId: string | null) {
  const unsure = storedSet(`genre:unsure:${clientId}`);
  const passed = new Set<string>(unsure.get()); // asked in this session, whatever the answer
  const saved = new Set<string>(); // the service leaves these out by itself
  let returned: Question[] = [];
  let upcoming: Question[] = [];
  let postponed: Question[] = [];
  let fetching: Promise<CombinedError | undefined> | null = null;

  async function fetchQueue(): Promise<CombinedError | undefined> {
    const first = Math.min(FETCHED + passed.size - saved.size, MAX_FETCHED);
    const { data, error } = await client
      .query(QUEUE, { first, batchId }, { requestPolicy: "network-only" })
      .toPromise();
    if (data) upcoming = data.reviewQueue.filter(({ trackId }) => !passed.has(trackId)).slice(0, FETCHED);
    return error;
  }

  /** Fetch the best questions again: answers change which ones are best. */
  function refresh(): Promise<CombinedError | undefined> {
    fetching ??= fetchQueue().finally(() => {
      fetching = null;
    });
    return fetching;
  }

  return {
    refresh,

    /** The next question, at once if one is known; null if there is none. */
    async next(): Promise<{ question: Question | null; error?: CombinedError }> {
      let error: CombinedError | undefined;
      if (returned.length + upcoming.length === 0) error = await refresh();
      else if (upcoming.length <= LOW) void refresh();
      const question = returned.shift() ?? upcoming.shift() ?? postponed.shift() ?? null;
      if (question) passed.add(question.trackId);
      return { question, error };
    },

    /** Don't ask about these again in this session. */
    pass(trackIds: readonly string[]): void {
      for (const trackId of trackIds) passed.add(trackId);
      upcoming = upcoming.filter(({ trackId }) => !passed.has(trackId));
      postponed = postponed.filter(({ trackId }) => !trackIds.includes(trackId));
    },

    /** As `pass`, and not after a reload either. */
    passUnsure({ trackId }: Question): void {
      unsure.set([...unsure.get(), trackId]);
    },

    /** Ask again when nothing else is left. */
    postpone(question: Question): void {
      postponed = [...postponed.filter(({ trackId }) => trackId !== question.trackId), question];
    },

    /** Ask next, as after an undo. */
    putBack(...questions: Question[]): void {
      const ids = new Set(questions.map(({ trackId }) => trackId));
      postponed = postponed.filter(({ trackId }) => !ids.has(trackId));
      unsure.set(unsure.get().filter((trackId) => !ids.has(trackId)));
      returned = [...questions, ...returned.filter(({ trackId }) => !ids.has(trackId))];
    },

    markSaved(trackIds: string[], isAnswered: boolean): void {
      for (const trackId of trackIds) {
        if (isAnswered && passed.has(trackId)) saved.add(trackId);
        else saved.delete(trackId);
      }
    },
  };
}

/** Track ids in session storage. */
function storedSet(place: string) {
  return {
    get: () => JSON.parse(sessionStorage.getItem(place) ?? "[]") as string[],
    set: (ids: string[]) => sessionStorage.setItem(place, JSON.stringify(ids)),
  };
}
