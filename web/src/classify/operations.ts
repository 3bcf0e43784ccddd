/** How the header of a file would be read. */

import { graphql, type ResultOf, type VariablesOf } from "../api/graphql";

export const PREVIEW = graphql(`
  query PreviewColumns($header: [String!]!, $columns: [ColumnMapping!], $allowMissing: Boolean!) {
    previewColumns(header: $header, columns: $columns, allowMissing: $allowMissing) {
      exact
      columns { column header }
      missing
      ambiguous { column headers }
      blocking
      ignored
    }
  }
`);

export type Preview = ResultOf<typeof PREVIEW>["previewColumns"];
export type Mapping = NonNullable<VariablesOf<typeof PREVIEW>["columns"]>;

/** What a person says about how a file is to be read. */
export interface ReadOptions {
  columns: Mapping;
  allowMissing: boolean;
}
