/** The operations of the review. */

import { graphql, type ResultOf } from "../api/graphql";
import { BATCH_COUNTS } from "../batches/operations";

export const QUEUE = graphql(`
  query ReviewQueue($first: Int!, $batchId: ID) {
    reviewQueue(first: $first, batchId: $batchId) {
      trackId
      title
      words(first: 24)
      suggestions(first: 8) { genre probability }
      neighbours(first: 3, answered: true) {
        similarity
        track { trackId title genre }
      }
    }
  }
`);

export const SOUNDS_LIKE = graphql(`
  query SoundsLike($trackId: ID!) {
    track(trackId: $trackId) {
      neighbours(first: 4, answered: false) {
        similarity
        track { trackId title suggestions(first: 2) { genre probability } }
      }
    }
  }
`);

export const LEARNING = graphql(`
  query Learning {
    learning {
      answers
      newAnswers
      accuracyBefore
      accuracyAfter
      interval
      nextTenGain
      byGenre { genre answers }
      history { answers accuracy }
      model { version }
    }
    model { genres }
    viewer { isOperator }
  }
`);

export const SAVE_ANSWERS = graphql(`
  mutation SaveAnswers($corrections: [CorrectionInput!]!) {
    correctGenres(corrections: $corrections) { trackId genre }
  }
`);

export const LEARN = graphql(`
  mutation Learn($use: Boolean!, $force: Boolean!, $changes: Int!) {
    learnFromCorrections(use: $use, force: $force) {
      version
      parentVersion
      answers
      accuracyBefore
      accuracyAfter
      interval
      changedTracks
      skippedTracks
      isUsed
      changes(first: $changes) {
        newGenre
        confidence
        track { trackId title genre }
      }
    }
  }
`);

export const ROLL_BACK = graphql(`
  mutation RollBack {
    rollbackModel { version }
  }
`);

export const RECLASSIFY = graphql(
  `
  mutation Reclassify($batchId: ID) {
    reclassify(batchId: $batchId) { ...BatchCounts }
  }
`,
  [BATCH_COUNTS],
);

export type Question = ResultOf<typeof QUEUE>["reviewQueue"][number];
type Neighbours = NonNullable<ResultOf<typeof SOUNDS_LIKE>["track"]>["neighbours"];
export type Similar = Neighbours[number];
export type Summary = ResultOf<typeof LEARNING>["learning"];
export type LearnedModel = ResultOf<typeof LEARN>["learnFromCorrections"];

const LEAST_SIMILARITY = 0.1;

/** Whether a neighbour is near enough to say anything. */
export function soundsAlike({ similarity }: { similarity: number }): boolean {
  return similarity >= LEAST_SIMILARITY;
}
