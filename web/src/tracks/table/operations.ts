/** What the rows of a table of tracks show, and corrections of many tracks. */

import { graphql, type ResultOf } from "../../api/graphql";

export const TRACK_ROW = graphql(`
  fragment TrackRow on Track @_unmask {
    trackId
    title
    genre
    predictedGenre
    correctedGenre
    confidence
    uncertain
  }
`);

export type TrackRow = ResultOf<typeof TRACK_ROW>;

export const CORRECT_MANY = graphql(
  `
  mutation CorrectGenres($corrections: [CorrectionInput!]!) {
    correctGenres(corrections: $corrections) { ...TrackRow }
  }
`,
  [TRACK_ROW],
);

export const CLEAR_MANY = graphql(
  `
  mutation ClearCorrections($trackIds: [ID!]!) {
    clearCorrections(trackIds: $trackIds) { ...TrackRow }
  }
`,
  [TRACK_ROW],
);
