/** Errors, in words for the person who reads the page. */

import type { CombinedError } from "@urql/core";

export interface Problem {
  title: string;
  detail?: string;
  /** A list that belongs to the detail, such as the missing columns. */
  items?: string[];
  code?: string;
}

const TITLES: Record<string, string> = {
  UNAUTHENTICATED: "Wrong client id or secret",
  FORBIDDEN: "Only operators can do this",
  INVALID_CSV: "This file can't be read as tracks",
  EMPTY_CSV: "This file has no tracks",
  UPLOAD_TOO_LARGE: "This file is too large",
  UNSUPPORTED_FILE_TYPE: "This kind of file can't be read",
  SERVICE_UNAVAILABLE: "The service is busy or its database is unavailable",
  UNKNOWN_GENRE: "Unknown genre",
  NOT_FOUND: "Not found",
  BAD_USER_INPUT: "The service refused the request",
  INTERNAL: "Something went wrong on the server",
};

export function problemOf(error: CombinedError): Problem {
  const first = error.graphQLErrors[0];
  if (first) {
    const { code, missingColumns, requestId } = first.extensions as {
      code?: string;
      missingColumns?: string[];
      requestId?: string;
    };
    return {
      title: TITLES[code ?? ""] ?? "The request failed",
      detail: first.message + (requestId ? ` (request ${requestId})` : ""),
      items: missingColumns,
      code,
    };
  }
  if (statusOf(error) === 401) return { title: TITLES.UNAUTHENTICATED!, code: "UNAUTHENTICATED" };
  return {
    title: "The service can't be reached",
    detail: "It may be restarting, or you may be offline. This page will carry on once it is back.",
    code: "UNREACHABLE",
  };
}

export function statusOf(error: CombinedError): number | undefined {
  return (error.response as Response | undefined)?.status;
}

export function isUnauthenticated(error: CombinedError): boolean {
  return problemOf(error).code === "UNAUTHENTICATED";
}

export function isUnreachable(error: CombinedError): boolean {
  return error.networkError != null && statusOf(error) === undefined && !isCancelled(error);
}

export function isCancelled(error: CombinedError): boolean {
  return error.networkError?.name === "AbortError";
}
