/** The operations of the catalogue; "as GraphQL" shows the same text. */

import { graphql } from "../api/graphql";

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
