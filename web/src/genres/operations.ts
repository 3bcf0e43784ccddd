/** What every view needs: the names of all genres, which decide their colours, and one's roles. */

import { graphql } from "../api/graphql";

export const GENRE_NAMES = graphql(`
  query GenreNames {
    model { genres }
    genres { name }
    viewer { roles }
  }
`);
