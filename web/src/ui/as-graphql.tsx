/** Open a view's operation in GraphiQL, which may then ask this page for the credentials. */

import { type DocumentNode, print } from "@0no-co/graphql.web";
import { API_URL } from "../api/address";
import { openLink } from "../api/credentials";
import { Icon } from "./icons";

interface AsGraphQLProps {
  /** A document made by `graphql(...)`. */
  operation: unknown;
  variables?: Record<string, unknown>;
}

export function AsGraphQL({ operation, variables }: AsGraphQLProps) {
  const parts = new URLSearchParams({ query: print(operation as DocumentNode) });
  if (variables) parts.set("variables", JSON.stringify(variables, null, 2));
  const address = `${API_URL}#${parts}`;
  return (
    <a
      class="button aside"
      href={address}
      target="_blank"
      rel="noopener"
      title="As GraphQL: open this query in GraphiQL"
      onClick={(event) => openLink(event, address)}
    >
      <Icon name="code" />
      <span class="hidden">as GraphQL</span>
    </a>
  );
}
