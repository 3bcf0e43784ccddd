/** How many tracks a filter finds, and how many of them are uncertain or corrected. */

import { useQuery } from "@urql/preact";
import { argumentsOf, type Filter } from "./filter";
import { COUNTS } from "./operations";

export interface Counts {
  found: number | undefined;
  uncertain: number | undefined;
  certain: number | undefined;
  corrected: number | undefined;
  uncorrected: number | undefined;
}

/** An alternative that is not chosen is counted only where a subtraction tells. */
export function useCounts(filter: Filter): Counts {
  const [{ data, stale }] = useQuery({ query: COUNTS, variables: argumentsOf(filter) });
  const found = data?.found.totalCount;
  const uncertain = data?.uncertain.totalCount;
  const corrected = data?.corrected.totalCount;
  return {
    found: stale ? undefined : found,
    uncertain,
    certain: rest(filter.uncertain, found, uncertain),
    corrected,
    uncorrected: rest(filter.corrected, found, corrected),
  };
}

function rest(wanted: boolean | null, found: number | undefined, part: number | undefined) {
  if (wanted === true || found === undefined || part === undefined) return undefined;
  return wanted === false ? found : found - part;
}
