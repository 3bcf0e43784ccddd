/** One urql client for the page; it learns from every answer whether the service is there. */

import { Client, cacheExchange, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-sse";
import { credentialHeaders, setCredentials, type Credentials } from "./credentials";
import { isUnauthenticated, isUnreachable } from "./errors";
import { OUTLINE, outlineExchange, setOutline, type Outline } from "./outline";

export const API_URL = new URL("graphql", document.baseURI).href;
const PROBE_INTERVAL_MS = 2_000;

export type Connection = "up" | "down";
type Listener = (connection: Connection) => void;
let connection: Connection = "up";
const listeners = new Set<Listener>();

export function onConnection(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function setConnection(next: Connection): void {
  if (next === connection) return;
  connection = next;
  for (const listener of listeners) listener(next);
  if (next === "down") void probe();
}

/** Ask until the service answers again. */
async function probe(): Promise<void> {
  while (connection === "down") {
    await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
    const response = await fetch(new URL("readyz", document.baseURI)).catch(() => null);
    if (response?.ok) setConnection("up");
  }
}

let refused = false;

/** Whether the credentials were dropped because the service does not know them. */
export function wereRefused(): boolean {
  return refused;
}

export function makeClient(): Client {
  const streams = createClient({
    url: API_URL,
    headers: credentialHeaders,
    credentials: "omit",
    retryAttempts: 0, // `follow` then asks instead
  });
  return new Client({
    url: API_URL,
    preferGetMethod: false,
    requestPolicy: "cache-and-network",
    fetchOptions: () => ({ headers: credentialHeaders(), credentials: "omit" }),
    exchanges: [
      mapExchange({
        onResult({ error }) {
          if (!error) return setConnection("up");
          if (isUnreachable(error)) setConnection("down");
          if (isUnauthenticated(error)) {
            refused = true;
            setCredentials(null);
          }
        },
      }),
      cacheExchange,
      outlineExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: streams.subscribe({ query, variables: variables as Record<string, unknown> }, sink as never),
          }),
        }),
      }),
    ],
  });
}

export type SignIn = "ok" | "refused" | "unreachable";

/** Ask for the schema's outline with these credentials: it tells whether they are right, too. */
export async function signIn({ clientId, clientSecret }: Credentials): Promise<SignIn> {
  const response = await fetch(API_URL, {
    method: "POST",
    credentials: "omit",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      "client-id": clientId,
      "client-secret": clientSecret,
    },
    body: JSON.stringify({ query: OUTLINE }),
  }).catch(() => null);
  if (!response) return "unreachable";
  if (response.status === 401) return "refused";
  if (response.status >= 500) return "unreachable";
  const body = (await response.json()) as { data?: { __schema: Outline } | null };
  setOutline(body.data?.__schema ?? null);
  refused = false;
  setCredentials({ clientId, clientSecret });
  return "ok";
}
