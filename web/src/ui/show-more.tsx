/** The end of a list that loads page by page: on a click, or as soon as it scrolls into view. */

import { useEffect, useRef } from "preact/hooks";
import { Button } from "./button";
import type { Pages } from "./pages";

const LOAD_AHEAD = "400px";

export function ShowMore<Row>({ pages: { rows, hasMore, isLoading, loadMore } }: { pages: Pages<Row> }) {
  const end = useRef<HTMLDivElement>(null);
  const isShown = hasMore && rows.length > 0;
  useEffect(() => {
    if (!isShown || !end.current) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && loadMore(),
      { rootMargin: LOAD_AHEAD },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isShown, loadMore]);
  if (!isShown) return null;
  return (
    <div ref={end} class="more">
      <Button kind="quiet" onClick={loadMore} disabled={isLoading}>
        {isLoading ? "Loading …" : "Show more"}
      </Button>
    </div>
  );
}
