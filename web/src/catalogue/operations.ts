/** The operations of the catalogue; "as GraphQL" shows the same text. */

import { graphql } from "../api/graphql";
import { TRACK_ROW } from "../tracks/table/operations";

export const GENRES = graphql(`
  query Genres {
    genres { name trackCount }
  }
`);

export const TRACKS = graphql(
  `
  query Tracks(
    $search: String, $genre: String, $batchId: ID, $uncertain: Boolean, $corrected: Boolean,
    $minConfidence: Float, $maxConfidence: Float,
    $orderBy: TrackOrder!, $first: Int, $after: String, $last: Int, $before: String
  ) {
    tracks(
      search: $search, genre: $genre, batchId: $batchId, uncertain: $uncertain, corrected: $corrected,
      minConfidence: $minConfidence, maxConfidence: $maxConfidence,
      orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before
    ) {
      nodes { ...TrackRow }
      pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
    }
  }
`,
  [TRACK_ROW],
);

export const COUNTS = graphql(`
  query TrackCounts(
    $search: String, $genre: String, $batchId: ID, $uncertain: Boolean, $corrected: Boolean,
    $minConfidence: Float, $maxConfidence: Float
  ) {
    found: tracks(
      search: $search, genre: $genre, batchId: $batchId, uncertain: $uncertain, corrected: $corrected,
      minConfidence: $minConfidence, maxConfidence: $maxConfidence, first: 0
    ) { totalCount }
    uncertain: tracks(
      search: $search, genre: $genre, batchId: $batchId, uncertain: true, corrected: $corrected,
      minConfidence: $minConfidence, maxConfidence: $maxConfidence, first: 0
    ) { totalCount }
    corrected: tracks(
      search: $search, genre: $genre, batchId: $batchId, uncertain: $uncertain, corrected: true,
      minConfidence: $minConfidence, maxConfidence: $maxConfidence, first: 0
    ) { totalCount }
  }
`);

export const BATCH_NAME = graphql(`
  query BatchName($id: ID!) {
    batch(id: $id) { fileName }
  }
`);
