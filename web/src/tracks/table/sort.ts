/** The order of a list of tracks. The API lists in one direction; the other reads it from its end. */

import type { Page } from "../../ui/pages";

export const COLUMNS = ["TITLE", "GENRE", "CONFIDENCE"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Sort {
  column: Column;
  isDescending: boolean;
}

export const DEFAULT_SORT: Sort = { column: "TITLE", isDescending: false };

/** As in an address: `genre`, or `-genre` for descending. */
export function readSort(text: string | null): Sort {
  const isDescending = text?.startsWith("-") ?? false;
  const column = COLUMNS.find((column) => column.toLowerCase() === text?.slice(isDescending ? 1 : 0));
  return column ? { column, isDescending } : DEFAULT_SORT;
}

export function writeSort({ column, isDescending }: Sort): string {
  return (isDescending ? "-" : "") + column.toLowerCase();
}

/** What a click on the header of a column asks for. */
export function toggled(sort: Sort, column: Column): Sort {
  return { column, isDescending: sort.column === column && !sort.isDescending };
}

/** The arguments of a connection for the page after a cursor. */
export function pageAfter(cursor: string | null, rows: number, { column, isDescending }: Sort) {
  const order = { orderBy: column, first: null, after: null, last: null, before: null };
  return isDescending ? { ...order, last: rows, before: cursor } : { ...order, first: rows, after: cursor };
}

export interface Connection<Row> {
  nodes: readonly Row[];
  pageInfo: {
    hasNextPage: boolean;
    endCursor: string | null;
    hasPreviousPage: boolean;
    startCursor: string | null;
  };
}

/** The page in the order of `sort`. */
export function directed<Row>({ nodes, pageInfo }: Connection<Row>, sort: Sort): Page<Row> {
  if (!sort.isDescending) return { nodes, pageInfo };
  const { hasPreviousPage, startCursor } = pageInfo;
  return {
    nodes: [...nodes].reverse(),
    pageInfo: { hasNextPage: hasPreviousPage, endCursor: startCursor },
  };
}
