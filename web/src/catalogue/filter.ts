/** Which tracks the catalogue shows, and in which order; all of it is in the address. */

import type { ExportFilter } from "../exports/download-menu";
import { linkTo } from "../frame/route";
import { DEFAULT_SORT, readSort, type Sort, writeSort } from "../tracks/table/sort";

export interface Filter {
  genre: string | null;
  search: string;
  batchId: string | null;
  uncertain: boolean | null;
  corrected: boolean | null;
  /** In percent, 0 to 100. */
  least: number | null;
  most: number | null;
  sort: Sort;
}

export const NO_FILTER: Filter = {
  genre: null,
  search: "",
  batchId: null,
  uncertain: null,
  corrected: null,
  least: null,
  most: null,
  sort: DEFAULT_SORT,
};

export function readFilter(genre: string | undefined, query: URLSearchParams): Filter {
  return {
    genre: genre || null,
    search: query.get("search") ?? "",
    batchId: query.get("batch"),
    uncertain: readFlag(query.get("uncertain")),
    corrected: readFlag(query.get("corrected")),
    least: readPercent(query.get("from")),
    most: readPercent(query.get("to")),
    sort: readSort(query.get("sort")),
  };
}

export function linkToFilter(filter: Filter): string {
  const query = new URLSearchParams();
  const set = (name: string, value: unknown) => value !== null && query.set(name, String(value));
  set("search", filter.search || null);
  set("batch", filter.batchId);
  set("uncertain", filter.uncertain);
  set("corrected", filter.corrected);
  set("from", filter.least);
  set("to", filter.most);
  const sort = writeSort(filter.sort);
  set("sort", sort === writeSort(DEFAULT_SORT) ? null : sort);
  const place = filter.genre === null ? linkTo("catalogue") : linkTo("catalogue", filter.genre);
  return query.size > 0 ? `${place}?${query}` : place;
}

/** The same filter as arguments of `tracks`. */
export function argumentsOf({ genre, search, batchId, uncertain, corrected, least, most }: Filter) {
  return {
    genre,
    search: search || null,
    batchId,
    uncertain,
    corrected,
    minConfidence: least === null ? null : least / 100,
    maxConfidence: most === null ? null : most / 100,
  };
}

/** The same filter for a download, which leaves out what is not set. */
export function exportOf(filter: Filter): ExportFilter {
  return Object.fromEntries(Object.entries(argumentsOf(filter)).filter(([, value]) => value !== null));
}

export function isNarrowed({ sort: _, ...rest }: Filter): boolean {
  return Object.values(rest).some((value) => value !== null && value !== "");
}

function readFlag(text: string | null): boolean | null {
  return text === "true" ? true : text === "false" ? false : null;
}

export function readPercent(text: string | null): number | null {
  if (text === null || text.trim() === "") return null;
  const percent = Number(text);
  return Number.isFinite(percent) ? Math.min(100, Math.max(0, Math.round(percent))) : null;
}
