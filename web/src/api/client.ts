/** The urql client of the workbench. Every answer tells it whether the service can be reached. */

import { Client, cacheExchange, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-sse";
import { API_URL } from "./address";
import { setReachable } from "./connection";
import { credentialHeaders, credentials } from "./credentials";
import { isUnauthenticated, isUnreachable } from "./errors";
import { refreshExchange } from "./refresh";

let refused = false;

/** Whether we signed out because the service no longer accepts the credentials. */
export function wereRefused(): boolean {
  return refused;
}

credentials.listen((current) => {
  if (current) refused = false;
});

export function makeClient(): Client {
  const streams = createClient({
    url: API_URL,
    headers: credentialHeaders,
    credentials: "omit",
    retryAttempts: 0, // `follow` polls instead
  });
  return new Client({
    url: API_URL,
    preferGetMethod: false,
    requestPolicy: "cache-and-network",
    fetchOptions: () => ({ headers: credentialHeaders(), credentials: "omit" }),
    exchanges: [
      mapExchange({
        onResult({ error }) {
          if (!error) return setReachable(true);
          if (isUnreachable(error)) setReachable(false);
          if (isUnauthenticated(error)) {
            refused = true;
            credentials.set(null);
          }
        },
      }),
      refreshExchange,
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: streams.subscribe(
              { query, variables: variables as Record<string, unknown> },
              sink as never,
            ),
          }),
        }),
      }),
    ],
  });
}
