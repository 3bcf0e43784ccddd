/** `graphql(...)` reads an operation; its result and variables are typed from the SDL. */

import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./schema";

export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; Int64: number; Upload: File };
}>();

export type { FragmentOf, ResultOf, TadaDocumentNode, VariablesOf } from "gql.tada";
export { readFragment } from "gql.tada";
