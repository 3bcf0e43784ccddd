/** Fetch a list page by page. */

import type { CombinedError } from "@urql/core";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { changes } from "../api/other-tabs";

/** How many pages are fetched again, together, when another tab has changed something. */
const REFRESHED_PAGES = 5;

export interface Page<Row> {
  nodes: readonly Row[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface Pages<Row> {
  rows: Row[];
  error: CombinedError | undefined;
  isLoading: boolean;
  hasMore: boolean;
  loadMore: () => void;
  reload: () => void;
}

interface State<Row> {
  rows: Row[];
  cursor: string | null;
  hasMore: boolean;
}

type Fetch<Row> = (after: string | null) => Promise<{ page?: Page<Row> | null; error?: CombinedError }>;

/** `key` names the list; a different list starts from the top. */
export function usePages<Row>(key: string, fetch: Fetch<Row>): Pages<Row> {
  const [state, setState] = useState<State<Row>>({
    rows: [],
    cursor: null,
    hasMore: true,
  });
  const [error, setError] = useState<CombinedError>();
  const [isLoading, setLoading] = useState(false);
  const [generation, setGeneration] = useState(0);
  const current = useRef(0);
  const busy = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` names what `fetch` closes over
  const load = useCallback(
    async (after: string | null, list: number) => {
      busy.current = true;
      setLoading(true);
      const { page, error } = await fetch(after);
      if (list !== current.current) return;
      busy.current = false;
      setLoading(false);
      setError(error);
      if (page) {
        setState(({ rows }) => ({
          rows: after === null ? [...page.nodes] : [...rows, ...page.nodes],
          cursor: page.pageInfo.endCursor,
          hasMore: page.pageInfo.hasNextPage,
        }));
      } else {
        setState((kept) => ({ ...kept, hasMore: false }));
      }
    },
    [key],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: start over for each list and reload
  useEffect(() => {
    const list = ++current.current;
    setState({ rows: [], cursor: null, hasMore: true });
    void load(null, list);
  }, [key, generation]);

  const shown = useRef(0);
  shown.current = state.rows.length;
  const latest = useRef(fetch);
  latest.current = fetch;

  useEffect(
    () =>
      changes.listen(async () => {
        const list = ++current.current;
        busy.current = true;
        const fresh = await fetchAgain(latest.current, shown.current);
        if (list !== current.current) return;
        busy.current = false;
        setLoading(false);
        if (fresh) setState(fresh);
      }),
    [],
  );

  const loadMore = useCallback(() => {
    if (!busy.current && state.hasMore && state.cursor) void load(state.cursor, current.current);
  }, [state, load]);

  return {
    ...state,
    error,
    isLoading,
    loadMore,
    reload: () => setGeneration((count) => count + 1),
  };
}

/** As many rows as are shown, in place of them; null if that fails. */
async function fetchAgain<Row>(fetch: Fetch<Row>, count: number): Promise<State<Row> | null> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let pages = 1; ; pages++) {
    const { page } = await fetch(cursor);
    if (!page) return null;
    rows.push(...page.nodes);
    cursor = page.pageInfo.endCursor;
    const hasMore = page.pageInfo.hasNextPage;
    if (!hasMore || rows.length >= count || pages === REFRESHED_PAGES) return { rows, cursor, hasMore };
  }
}
