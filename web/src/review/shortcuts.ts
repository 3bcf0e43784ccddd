/** Single keys for the review. Screen readers and speech input may need them off, so they can be. */

import { atom } from "nanostores";
import { useEffect } from "preact/hooks";

export const areShortcutsOn = atom(true);

/** Call the handler of a key, unless the person types into a field. */
export function useShortcuts(handle: (key: string) => boolean): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!areShortcutsOn.get() || event.defaultPrevented || event.repeat) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest("input, select, textarea")) return;
      if (handle(event.key)) event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
}
