/**
 * Answers on their way to the service. One is kept in this tab's session storage from the moment it is
 * given until the service has saved it, so that neither a failed request nor a reload loses it.
 */

import { atom } from "nanostores";
import { answersKey } from "../../frame/unsent-answers";

export interface Answer {
  key: number;
  trackId: string;
  title: string;
  /** Null takes an earlier answer back. */
  genre: string | null;
  isNewGenre: boolean;
  /** Whether it was sent before; the service may have it even though no reply came. */
  wasSent: boolean;
  /** Why the service will never accept it. */
  refusal: string | null;
}

export type NewAnswer = Pick<Answer, "trackId" | "title" | "genre" | "isNewGenre">;
export type Outbox = ReturnType<typeof openOutbox>;

/** The answers of a client, also those that were left when the page was closed or reloaded. */
export function openOutbox(clientId: string) {
  const place = answersKey(clientId);
  const answers = atom<Answer[]>(read(place));
  let nextKey = Math.max(0, ...answers.get().map(({ key }) => key)) + 1;

  function replace(next: Answer[]): void {
    if (next.length > 0) sessionStorage.setItem(place, JSON.stringify(next));
    else sessionStorage.removeItem(place);
    answers.set(next);
  }

  return {
    answers,

    /** Add answers; one that was not sent yet gives way to a newer one on the same track. */
    add(added: NewAnswer[]): void {
      const tracks = new Set(added.map(({ trackId }) => trackId));
      const kept = answers.get().filter(({ trackId, wasSent }) => wasSent || !tracks.has(trackId));
      const fresh = added.map((answer) => ({ ...answer, key: nextKey++, wasSent: false, refusal: null }));
      replace([...kept, ...fresh]);
    },

    /** Take answers back: forget those that were not sent, and clear the others on the service. */
    takeBack(given: NewAnswer[]): void {
      const unsent = new Set(
        answers
          .get()
          .filter(({ wasSent, genre }) => !wasSent && genre !== null)
          .map(({ trackId }) => trackId),
      );
      replace(answers.get().filter(({ trackId, wasSent }) => wasSent || !unsent.has(trackId)));
      const sent = given.filter(({ trackId }) => !unsent.has(trackId));
      if (sent.length > 0) this.add(sent.map((answer) => ({ ...answer, genre: null, isNewGenre: false })));
    },

    change(keys: Set<number>, changes: Partial<Answer>): void {
      replace(answers.get().map((answer) => (keys.has(answer.key) ? { ...answer, ...changes } : answer)));
    },

    remove(keys: Set<number>): void {
      replace(answers.get().filter(({ key }) => !keys.has(key)));
    },
  };
}

function read(place: string): Answer[] {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? "[]") as Answer[];
  } catch {
    return [];
  }
}
