/** Send what the editor holds: plainly, with files, or as a stream of events. */

import type { Fetcher, FetcherParams, Observable, Unsubscribable } from "@graphiql/toolkit";
import { getOperationAST, parse, type ExecutionResult } from "graphql";
import { createClient } from "graphql-sse";
import { credentialHeaders, getCredentials } from "../api/credentials";
import { fetchWithProgress } from "../api/upload";
import { addEvent, events, filesOfTab, sending } from "./state";
import { findUploadVariables, makeForm, type UploadVariable } from "./uploads";

const URL_OF_API = new URL("graphql", document.baseURI).href;
const NO_CREDENTIALS = { message: "Enter client-id and client-secret at the top, then run again." };

interface Sink {
  next: (result: ExecutionResult) => void;
  error: (error: unknown) => void;
  complete: () => void;
}

/** GraphiQL's type also allows bare functions, which it does not use. */
function observable(subscribe: (sink: Sink) => () => void): Observable<ExecutionResult> {
  return {
    subscribe: (sink: unknown): Unsubscribable => ({ unsubscribe: subscribe(sink as Sink) }),
  } as Observable<ExecutionResult>;
}

const streams = createClient({
  url: URL_OF_API,
  headers: credentialHeaders,
  credentials: "omit",
  retryAttempts: 0,
});

export const fetcher: Fetcher = (given) => {
  const request = withOwnOperation(given);
  if (!getCredentials()) return { errors: [NO_CREDENTIALS] } as unknown as ExecutionResult;
  const operation = readOperation(request);
  if (operation?.operation === "subscription") return subscribe(request);
  const names = new Set(operation?.variableDefinitions?.map(({ variable }) => variable.name.value));
  const uploads = findUploadVariables(request.query).filter(({ name }) => names.has(name));
  const missing = uploads.find(({ name, isRequired }) => isRequired && !filesOfTab()[name]?.length);
  if (missing) return { errors: [{ message: `Choose a file for $${missing.name} first.` }] };
  return uploads.length > 0 ? upload(request, uploads) : post(request);
};

/** Right after a change of tabs, GraphiQL still names the operation of the tab before. */
function withOwnOperation(request: FetcherParams): FetcherParams {
  const { query, operationName } = request;
  const isOwn = operationName && new RegExp(`\\b${operationName}\\b`).test(query);
  return isOwn ? request : { ...request, operationName: undefined };
}

function readOperation({ query, operationName }: FetcherParams) {
  try {
    return getOperationAST(parse(query), operationName ?? undefined);
  } catch {
    return null; // the service says better what is wrong
  }
}

async function post(request: FetcherParams): Promise<ExecutionResult> {
  const response = await fetch(URL_OF_API, {
    method: "POST",
    credentials: "omit",
    headers: { ...headers(), "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  return (await response.json()) as ExecutionResult;
}

function headers(): Record<string, string> {
  return { accept: "application/json", ...credentialHeaders() };
}

/** Stopped in GraphiQL or cancelled in the panel, the request is aborted. */
function upload(request: FetcherParams, variables: UploadVariable[]): Observable<ExecutionResult> {
  return observable((sink) => {
    const abort = new AbortController();
    const report = fetchWithProgress(({ sent, total }) => {
      sending.set({ sent, total, cancel: () => abort.abort() });
    }, abort.signal);
    const body = makeForm(request, variables, filesOfTab());
    report(URL_OF_API, { method: "POST", headers: headers(), body })
      .then((response) => response.json())
      .then(
        (result: ExecutionResult) => {
          sink.next(result);
          sink.complete();
        },
        (error: unknown) => sink.error(describe(error)),
      )
      .finally(() => sending.set(null));
    return () => abort.abort();
  });
}

function subscribe(request: FetcherParams): Observable<ExecutionResult> {
  return observable((sink) => {
    events.set([]);
    return streams.subscribe(
      { ...request, operationName: request.operationName ?? undefined },
      {
        next(result) {
          addEvent(result);
          sink.next(result as ExecutionResult);
        },
        error: (error) => sink.error(describe(error)),
        complete: () => sink.complete(),
      },
    );
  });
}

function describe(error: unknown): unknown {
  return error instanceof Error ? { message: error.message } : error;
}
