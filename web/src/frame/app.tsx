/** The frame around every view. */

import { useStore } from "@nanostores/preact";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isReachable } from "../api/connection";
import { credentials } from "../api/credentials";
import { BatchView } from "../batches/batch";
import { BatchesView } from "../batches/list";
import { CatalogueView } from "../catalogue/view";
import { ClassifyView } from "../classify/view";
import { ModelView } from "../model/view";
import { TrackView } from "../tracks/view";
import { ConnectionNotice } from "./connection-notice";
import { Lazy } from "./lazy";
import { isAt, PLACES } from "./places";
import { type Route, route } from "./route";
import { SignInView } from "./sign-in";
import { TopBar } from "./top-bar";
import { useUnsentAnswers } from "./unsent-answers";

const loadReview = () => import("../review/view");

export function App() {
  const current = useStore(route);
  const main = useRef<HTMLElement>(null);
  const isSignedIn = useStore(credentials) !== null;
  const returns = useReturns();
  useFocusOnArrival(current, main);
  useUnsentAnswers();
  return (
    <>
      <button
        type="button"
        class="skip"
        onClick={() => main.current?.querySelector<HTMLElement>("h1")?.focus()}
      >
        Skip to content
      </button>
      <TopBar current={current.name} />
      <ConnectionNotice />
      <main ref={main} id="main">
        {isSignedIn ? <View key={isLasting(current) ? "" : returns} route={current} /> : <SignInView />}
      </main>
    </>
  );
}

function View({ route: { name, parts, search } }: { route: Route }) {
  if (name === "catalogue") return <CatalogueView genre={parts[0]} search={search.get("search") ?? ""} />;
  if (name === "tracks" && parts[0]) return <TrackView key={parts[0]} trackId={parts[0]} />;
  if (name === "batches" && parts[0]) return <BatchView key={parts[0]} id={parts[0]} />;
  if (name === "batches") return <BatchesView />;
  if (name === "review") return <Lazy key={parts[0]} load={loadReview} props={{ batchId: parts[0] }} />;
  if (name === "model") return <ModelView />;
  return <ClassifyView />;
}

/** A review keeps its place when the service comes back; it sends and fetches again by itself. */
function isLasting({ name }: Route): boolean {
  return name === "review";
}

/** How often the service came back: as a key, it makes the view fetch its data again. */
function useReturns(): number {
  const [returns, setReturns] = useState(0);
  useEffect(() => isReachable.listen((isUp) => isUp && setReturns((count) => count + 1)), []);
  return returns;
}

/** Move the focus to the new view's title, so that a screen reader announces it. */
function useFocusOnArrival(current: Route, main: RefObject<HTMLElement | null>): void {
  const place = [current.name, ...current.parts].join("/");
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new search is not a new view
  useLayoutEffect(() => {
    const here = PLACES.find((place) => isAt(place, current.name));
    document.title = `${here?.label ?? "Classify"} · Genre workbench`;
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    // Choosing a genre in the catalogue leaves the focus on the chart.
    if (main.current?.contains(document.activeElement) && current.name === "catalogue") return;
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place]);
}
