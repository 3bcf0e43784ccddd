/** The value of a store, in GraphiQL's React. */

import { useSyncExternalStore } from "react";
import type { Store } from "../store";

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.listen, store.get);
}
