/** The names of all genres, which decide their colours. */

import { graphql } from "../api/graphql";

export const GENRE_NAMES = graphql(`
  query GenreNames {
    model { genres }
    genres { name }
  }
`);
