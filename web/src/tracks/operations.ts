/** The operations on one track. */

import { graphql } from "../api/graphql";

export const TRACK = graphql(`
  query Track($trackId: ID!) {
    track(trackId: $trackId) {
      trackId
      title
      genre
      predictedGenre
      correctedGenre
      confidence
      uncertain
      basis
      probabilities { genre probability }
      modelVersion
      classifiedAt
      batch { id fileName }
    }
  }
`);

export const EXPLANATION = graphql(`
  query Explanation($trackId: ID!) {
    track(trackId: $trackId) {
      reasons {
        summary
        groups { measure name meaning contribution words }
      }
      explanation(first: 12) { feature value contribution }
    }
  }
`);

export const CORRECT = graphql(`
  mutation CorrectGenre($trackId: ID!, $genre: String!) {
    correctGenre(trackId: $trackId, genre: $genre) { trackId genre correctedGenre }
  }
`);

export const CLEAR_CORRECTION = graphql(`
  mutation ClearCorrection($trackId: ID!) {
    clearCorrection(trackId: $trackId) { trackId genre correctedGenre }
  }
`);
