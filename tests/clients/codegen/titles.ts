import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "./graphql.js";

export const TITLES = graphql(`
  query Titles($genre: String!, $after: String) {
    titlesByGenre(genre: $genre, first: 4, after: $after) {
      nodes { id title confidence }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const variables: VariablesOf<typeof TITLES> = { genre: "folk" };

export function first(result: ResultOf<typeof TITLES>): string | undefined {
  return result.titlesByGenre.nodes[0]?.title;
}
