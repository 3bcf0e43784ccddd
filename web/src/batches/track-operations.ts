/** The tracks of a batch. */

import { graphql } from "../api/graphql";
import { TRACK_ROW } from "../tracks/table/operations";

export const BATCH_TRACKS = graphql(
  `
  query BatchTracks(
    $id: ID!, $search: String, $uncertain: Boolean,
    $orderBy: TrackOrder!, $first: Int, $after: String, $last: Int, $before: String
  ) {
    batch(id: $id) {
      tracks(
        search: $search, uncertain: $uncertain,
        orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before
      ) {
        nodes { ...TrackRow }
        pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
      }
    }
  }
`,
  [TRACK_ROW],
);

export const BATCH_TRACK_COUNT = graphql(`
  query BatchTrackCount($id: ID!, $search: String, $uncertain: Boolean) {
    batch(id: $id) {
      tracks(first: 0, search: $search, uncertain: $uncertain) { totalCount }
    }
  }
`);
