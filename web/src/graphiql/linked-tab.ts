/** The tab that a link to GraphiQL brings. */

import type { Tab } from "./first-tabs";

/** Read `#query=…&variables=…` from the address and clear it. It never reaches the server. */
export function takeLinkedTab(): Tab | null {
  const parts = new URLSearchParams(location.hash.slice(1));
  const query = parts.get("query");
  if (!query) return null;
  history.replaceState(null, "", location.pathname);
  return { query, variables: parts.get("variables") ?? undefined };
}
