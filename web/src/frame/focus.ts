/**
 * Where the keyboard focus goes when what had it disappears: to the title after a change of view, and to
 * the nearest part that is left when a button removes itself.
 */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isAt, PLACES } from "./places";
import type { Route } from "./route";

const PARTS = "section, article, form, fieldset, [role='group']";

/** Move the focus to the title of each new view, and return what to announce. */
export function useFocusOnArrival(
  current: Route,
  isSignedIn: boolean,
  main: RefObject<HTMLElement | null>,
): string {
  const place = [current.name, ...current.parts].join("/");
  const [announced, setAnnounced] = useState("");
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new search is not a new view
  useLayoutEffect(() => {
    const label = isSignedIn ? labelOf(current) : "Sign in";
    document.title = `${label} · Genre workbench`;
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    setAnnounced(label);
    if (!isSignedIn) return; // the form focuses its first field
    // Choosing a genre in the catalogue leaves the focus on the chart.
    if (main.current?.contains(document.activeElement) && current.name === "catalogue") return;
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place, isSignedIn]);
  return announced;
}

function labelOf({ name }: Route): string {
  return PLACES.find((place) => isAt(place, name))?.label ?? "Page not found";
}

/** Catch the focus when the element that has it is removed or disabled. */
export function useFocusRescue(main: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let around: HTMLElement[] = [];
    const remember = (event: FocusEvent) => {
      around = partsAround(event.target as HTMLElement);
    };
    const rescue = () => {
      const [lost, ...parts] = around;
      if (!lost || isUsable(lost) || !isFocusLost(lost)) return;
      const part = parts.find(({ isConnected }) => isConnected);
      around = [];
      (part?.querySelector<HTMLElement>(":is(h1, h2, h3)[tabindex]") ?? part)?.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(() => requestAnimationFrame(rescue));
    main.current?.addEventListener("focusin", remember);
    observer.observe(main.current!, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["disabled"],
    });
    const { current } = main;
    return () => {
      current?.removeEventListener("focusin", remember);
      observer.disconnect();
    };
  }, [main]);
}

function isUsable(element: HTMLElement): boolean {
  return element.isConnected && !element.matches(":disabled");
}

function isFocusLost(lost: HTMLElement): boolean {
  const { activeElement } = document;
  return !activeElement || activeElement === document.body || activeElement === lost;
}

/** The element and the parts of the page it is in, innermost first; each can take the focus. */
function partsAround(element: HTMLElement): HTMLElement[] {
  const parts: HTMLElement[] = [element];
  for (let part = element.parentElement; part; part = part.parentElement) {
    if (!part.matches(`${PARTS}, main`)) continue;
    if (!part.hasAttribute("tabindex")) part.tabIndex = -1;
    parts.push(part);
  }
  return parts;
}
