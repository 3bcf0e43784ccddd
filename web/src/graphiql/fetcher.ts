/** Send the operation in the editor: as JSON, with files, or as a subscription. */

import type { Fetcher, FetcherParams, Observable, Unsubscribable } from "@graphiql/toolkit";
import { type ExecutionResult, getOperationAST, parse } from "graphql";
import { createClient } from "graphql-sse";
import { API_URL } from "../api/address";
import { credentialHeaders, credentials } from "../api/credentials";
import { tellOfChange } from "../api/other-tabs";
import { fetchWithProgress } from "../api/upload-fetch";
import { addEvent, events, filesOfTab, sending } from "./state";
import { findUploadVariables, makeForm, type UploadVariable } from "./uploads";

const NO_CREDENTIALS = { message: "Enter client-id and client-secret at the top, then run it again." };

interface Sink {
  next: (result: ExecutionResult) => void;
  error: (error: unknown) => void;
  complete: () => void;
}

/** GraphiQL's type also allows bare functions, which GraphiQL does not use. */
function observable(subscribe: (sink: Sink) => () => void): Observable<ExecutionResult> {
  return {
    subscribe: (sink: unknown): Unsubscribable => ({ unsubscribe: subscribe(sink as Sink) }),
  } as Observable<ExecutionResult>;
}

const streams = createClient({
  url: API_URL,
  headers: credentialHeaders,
  credentials: "omit",
  retryAttempts: 0,
});

export const fetcher: Fetcher = (given) => {
  const request = withOwnOperation(given);
  if (!credentials.get()) return { errors: [NO_CREDENTIALS] } as unknown as ExecutionResult;
  const operation = readOperation(request);
  if (operation?.operation === "subscription") return subscribe(request);
  const names = new Set(operation?.variableDefinitions?.map(({ variable }) => variable.name.value));
  const uploads = findUploadVariables(request.query).filter(({ name }) => names.has(name));
  const missing = uploads.find(({ name, isRequired }) => isRequired && !filesOfTab()[name]?.length);
  if (missing) return { errors: [{ message: `Choose a file for $${missing.name} first.` }] };
  if (uploads.length > 0) return upload(request, uploads);
  if (operation?.operation !== "mutation") return post(request);
  return post(request).finally(tellOfChange);
};

/** Right after a tab change, GraphiQL still names the previous tab's operation. */
function withOwnOperation(request: FetcherParams): FetcherParams {
  const { query, operationName } = request;
  const isOwn = operationName && new RegExp(`\\b${operationName}\\b`).test(query);
  return isOwn ? request : { ...request, operationName: undefined };
}

function readOperation({ query, operationName }: FetcherParams) {
  try {
    return getOperationAST(parse(query), operationName ?? undefined);
  } catch {
    return null; // the service explains syntax errors better
  }
}

async function post(request: FetcherParams): Promise<ExecutionResult> {
  const response = await fetch(API_URL, {
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

/** Abort the request when it is stopped in GraphiQL or cancelled in the panel. */
function upload(request: FetcherParams, variables: UploadVariable[]): Observable<ExecutionResult> {
  return observable((sink) => {
    const abort = new AbortController();
    const report = fetchWithProgress(({ sent, total }) => {
      sending.set({ sent, total, cancel: () => abort.abort() });
    }, abort.signal);
    const body = makeForm(request, variables, filesOfTab());
    report(API_URL, { method: "POST", headers: headers(), body })
      .then((response) => response.json())
      .then(
        (result: ExecutionResult) => {
          sink.next(result);
          sink.complete();
        },
        (error: unknown) => sink.error(describe(error)),
      )
      .finally(() => {
        sending.set(null);
        tellOfChange();
      });
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
