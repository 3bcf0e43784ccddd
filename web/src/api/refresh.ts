/** An exchange of urql: run the queries on the page again when another tab has changed something. */

import type { Exchange, Operation } from "@urql/core";
import { pipe, tap } from "wonka";
import { changes, tellOfChange } from "./other-tabs";

export const refreshExchange: Exchange = ({ client, forward }) => {
  const shown = new Map<number, Operation>();
  changes.listen(() => {
    for (const operation of shown.values()) {
      client.reexecuteOperation(
        client.createRequestOperation("query", operation, {
          ...operation.context,
          requestPolicy: "network-only",
        }),
      );
    }
  });
  return (operations) =>
    pipe(
      operations,
      tap((operation) => {
        if (operation.kind === "query") shown.set(operation.key, operation);
        if (operation.kind === "teardown") shown.delete(operation.key);
      }),
      forward,
      tap(({ operation, error }) => {
        if (operation.kind === "mutation" && !error) tellOfChange();
      }),
    );
};
