/** A field to search titles; the search starts once the person stops typing. */

import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icons";

const DELAY_MS = 250;

export interface Search {
  typed: string;
  /** What was typed, once the person has stopped typing. */
  settled: string;
  type: (text: string) => void;
}

/** `given` may change later, such as by the browser's Back. */
export function useSearch(given: string): Search {
  const [typed, setTyped] = useState(given);
  const [settled, setSettled] = useState(given);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed.trim()), DELAY_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another address overrides what was typed
  useEffect(() => {
    if (given === settled) return;
    setTyped(given);
    setSettled(given);
  }, [given]);
  return { typed, settled, type: setTyped };
}

export function SearchField({ label, search }: { label: string; search: Search }) {
  return (
    <label class="search">
      <Icon name="search" />
      <span class="hidden">{label}</span>
      <input
        type="search"
        value={search.typed}
        placeholder="Search titles"
        onInput={(event) => search.type(event.currentTarget.value)}
      />
    </label>
  );
}
