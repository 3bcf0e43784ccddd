/** Every operation of the workbench; "as GraphQL" shows the same text. */

import { graphql } from "./graphql";

export const GENRES = graphql(`
  query Genres {
    genres { name trackCount }
  }
`);

export const TITLES = graphql(`
  query TitlesByGenre($genre: String!, $first: Int!, $after: String, $search: String) {
    titlesByGenre(genre: $genre, first: $first, after: $after, search: $search) {
      nodes { trackId title confidence uncertain correctedGenre predictedGenre }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const TITLE_COUNT = graphql(`
  query TitleCount($genre: String!, $search: String) {
    titlesByGenre(genre: $genre, first: 0, search: $search) { totalCount }
  }
`);

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
      explanation(first: 12) { feature value contribution }
    }
  }
`);

export const GENRE_NAMES = graphql(`
  query GenreNames {
    model { genres }
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

export const BATCH_COUNTS = graphql(`
  fragment BatchCounts on Batch @_unmask {
    id
    fileName
    status
    rowsReceived
    rowsRejected
    rowsStored
    startedAt
    finishedAt
    modelVersion
    error { code message }
  }
`);

export const CLASSIFY = graphql(
  `
  mutation ClassifyBatch($csvFile: Upload!) {
    classifyBatch(csvFile: $csvFile, wait: false) { ...BatchCounts }
  }
`,
  [BATCH_COUNTS],
);

export const PROGRESS = graphql(
  `
  subscription BatchProgress($id: ID!) {
    batchProgress(id: $id) { ...BatchCounts }
  }
`,
  [BATCH_COUNTS],
);

export const COUNTS = graphql(
  `
  query BatchCounts($id: ID!) {
    batch(id: $id) { ...BatchCounts }
  }
`,
  [BATCH_COUNTS],
);

export const BATCH = graphql(
  `
  query Batch($id: ID!) {
    batch(id: $id) {
      ...BatchCounts
      genres { name trackCount }
    }
  }
`,
  [BATCH_COUNTS],
);

export const REJECTS = graphql(`
  query Rejects($id: ID!, $first: Int!, $after: String) {
    batch(id: $id) {
      rejects(first: $first, after: $after) {
        nodes { line trackId column code message }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const BATCHES = graphql(
  `
  query Batches($first: Int!, $after: String) {
    batches(first: $first, after: $after) {
      nodes { ...BatchCounts }
      pageInfo { hasNextPage endCursor }
    }
  }
`,
  [BATCH_COUNTS],
);

export const DELETE_BATCH = graphql(`
  mutation DeleteBatch($id: ID!) {
    deleteBatch(id: $id) { id }
  }
`);

export const MODEL = graphql(`
  query Model {
    model {
      version
      trainedAt
      trainingRows
      genres
      requiredColumns
      accuracy
      macroF1
      logLoss
      confusionMatrix
      topFeatures(first: 20) { feature importance }
    }
  }
`);
