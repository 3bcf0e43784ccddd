/** The frame around every view. */

import { useStore } from "@nanostores/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isReachable } from "../api/connection";
import { credentials } from "../api/credentials";
import { BatchView } from "../batches/batch";
import { BatchesView } from "../batches/list";
import { readFilter } from "../catalogue/filter";
import { ClassifyView } from "../classify/view";
import { useKnownGenres } from "../genres/known";
import { TrackView } from "../tracks/view";
import { ConnectionNotice } from "./connection-notice";
import { useFocusOnArrival, useFocusRescue } from "./focus";
import { Lazy } from "./lazy";
import { NotFoundView } from "./not-found";
import { type Route, route } from "./route";
import { SignInView } from "./sign-in";
import { TopBar } from "./top-bar";
import { useUnsentAnswers } from "./unsent-answers";

const loadCatalogue = () => import("../catalogue/view");
const loadReview = () => import("../review/view");
const loadModel = () => import("../model/view");
const loadModels = () => import("../model/versions/view");

export function App() {
  const current = useStore(route);
  const main = useRef<HTMLElement>(null);
  const isSignedIn = useStore(credentials) !== null;
  const returns = useReturns();
  const announced = useFocusOnArrival(current, isSignedIn, main);
  useFocusRescue(main);
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
      <p class="hidden" role="status">
        {announced}
      </p>
      <main ref={main} id="main">
        {isSignedIn ? <View key={isLasting(current) ? "" : returns} route={current} /> : <SignInView />}
      </main>
    </>
  );
}

function View({ route }: { route: Route }) {
  useKnownGenres();
  const { name, parts, search } = route;
  const [part, ...rest] = parts;
  if (rest.length > 0) return <NotFoundView route={route} />;
  if (name === "catalogue") return <Lazy load={loadCatalogue} props={{ filter: readFilter(part, search) }} />;
  if (name === "tracks" && part) return <TrackView key={part} trackId={part} />;
  if (name === "batches" && part) return <BatchView key={part} id={part} />;
  if (name === "batches") return <BatchesView />;
  if (name === "review") return <Lazy key={part} load={loadReview} props={{ batchId: part }} />;
  if (name === "model" && !part) return <Lazy key={name} load={loadModel} props={{}} />;
  if (name === "models" && !part) return <Lazy key={name} load={loadModels} props={{}} />;
  if (name === "" && !part) return <ClassifyView />;
  return <NotFoundView route={route} />;
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
