/** The operations on batches. */

import { graphql } from "../api/graphql";

export const BATCH_COUNTS = graphql(`
  fragment BatchCounts on Batch @_unmask {
    id
    kind
    fileName
    status
    rowsReceived
    rowsRejected
    rowsStored
    rowsTotal
    bytesRead
    bytesTotal
    rowsPerSecond
    secondsLeft
    startedAt
    finishedAt
    modelVersion
    originalKeptUntil
    viewerMayChange
    error { code message }
    detected { format charset delimiter compression }
  }
`);

export const CLASSIFY = graphql(
  `
  mutation ClassifyBatch($csvFile: Upload!, $columns: [ColumnMapping!], $allowMissing: Boolean! = false) {
    classifyBatch(csvFile: $csvFile, wait: false, columns: $columns, allowMissing: $allowMissing) {
      ...BatchCounts
    }
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

export const CANCEL_BATCH = graphql(`
  mutation CancelBatch($id: ID!) {
    cancelBatch(id: $id) { id }
  }
`);

export const DELETION = graphql(`
  query Deletion($id: ID!) {
    batch(id: $id) {
      id
      deletion { tracksDeleted tracksReturned correctionsKept }
    }
  }
`);

export const DELETE_BATCH = graphql(`
  mutation DeleteBatch($id: ID!) {
    deleteBatch(id: $id) { id }
  }
`);
