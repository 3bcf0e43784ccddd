/** What the parts of a review share, for one client and one batch (or the whole catalogue). */

import type { Client } from "@urql/core";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { makeCatalogueChange } from "./catalogue/catalogue-change";
import { deliveryOf } from "./delivery/delivery";
import { makeLessons } from "./estimate/lessons";
import { makeQuestions } from "./question/questions";
import { makeSession } from "./session";

export type Review = ReturnType<typeof startReview>;

export function startReview(client: Client, clientId: string, batchId: string | null) {
  const { outbox, sender } = deliveryOf(client, clientId);
  const questions = makeQuestions(client, clientId, batchId);
  const lessons = makeLessons(client, () => void questions.refresh());
  const session = makeSession(client, questions, outbox, lessons);
  questions.pass(outbox.answers.get().map(({ trackId }) => trackId));
  const catalogue = makeCatalogueChange(client, lessons, batchId);
  const stopListening = sender.saved.listen((answers) => {
    for (const { trackId, genre } of answers) questions.markSaved([trackId], genre !== null);
    lessons.countSaved(answers.length);
  });
  const stop = () => {
    stopListening();
    catalogue.stop();
  };
  void session.ask();
  void lessons.refresh();
  return { outbox, sender, lessons, session, catalogue, batchId, stop };
}

export const ReviewContext = createContext<Review | null>(null);

export function useReview(): Review {
  const review = useContext(ReviewContext);
  if (!review) throw new Error("There is no review around this component.");
  return review;
}
