/** The frame around every view: navigation, sign-in, and word of a service that is gone. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { API_URL, onConnection, type Connection } from "./api/client";
import { getCredentials, onCredentials, openPage, setCredentials } from "./api/credentials";
import { linkTo, useRoute, type Route } from "./router";
import { jobs, type Job } from "./jobs";
import { useStore } from "./use-store";
import { nextTheme, theme } from "./theme";
import { Icon, type IconName } from "./ui/icons";
import { BatchView } from "./views/batch";
import { BatchesView } from "./views/batches";
import { CatalogueView } from "./views/catalogue";
import { ClassifyView } from "./views/classify";
import { ModelView } from "./views/model";
import { SignInView } from "./views/sign-in";
import { TrackView } from "./views/track";

const PLACES: { name: string; label: string; icon: IconName; also?: string[] }[] = [
  { name: "", label: "Classify", icon: "upload" },
  { name: "catalogue", label: "Catalogue", icon: "chart", also: ["tracks"] },
  { name: "batches", label: "Batches", icon: "history" },
  { name: "model", label: "Model", icon: "model" },
];

export function App() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const isSignedIn = useSignedIn();
  const returns = useReturns();
  useFocusOnArrival(route, main);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.querySelector<HTMLElement>("h1")?.focus();
        }}
      >
        Skip to content
      </a>
      <TopBar current={route.name} isSignedIn={isSignedIn} />
      <ConnectionNotice />
      <main ref={main} id="main">
        {isSignedIn ? <View key={returns} route={route} /> : <SignInView />}
      </main>
    </>
  );
}

function View({ route: { name, parts, search } }: { route: Route }) {
  if (name === "catalogue") return <CatalogueView genre={parts[0]} search={search.get("search") ?? ""} />;
  if (name === "tracks" && parts[0]) return <TrackView key={parts[0]} trackId={parts[0]} />;
  if (name === "batches" && parts[0]) return <BatchView key={parts[0]} id={parts[0]} />;
  if (name === "batches") return <BatchesView />;
  if (name === "model") return <ModelView />;
  return <ClassifyView />;
}

function useSignedIn(): boolean {
  const [isSignedIn, setSignedIn] = useState(() => getCredentials() !== null);
  useEffect(() => onCredentials((credentials) => setSignedIn(credentials !== null)), []);
  return isSignedIn;
}

/** How often the service came back; a view then asks again for what it shows. */
function useReturns(): number {
  const [returns, setReturns] = useState(0);
  useEffect(() => onConnection((next) => next === "up" && setReturns((count) => count + 1)), []);
  return returns;
}

/** A screen reader hears the title of the view that a link led to. */
function useFocusOnArrival(route: Route, main: { current: HTMLElement | null }): void {
  const place = [route.name, ...route.parts].join("/");
  const isFirst = useRef(true);
  useLayoutEffect(() => {
    const here = PLACES.find(({ name, also }) => name === route.name || also?.includes(route.name));
    document.title = `${here?.label ?? "Classify"} · Genre workbench`;
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    // Within the catalogue the reader stays at the chart when choosing a genre.
    if (main.current?.contains(document.activeElement) && route.name === "catalogue") return;
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place]);
}

function TopBar({ current, isSignedIn }: { current: string; isSignedIn: boolean }) {
  const running = useStore(jobs).filter(isRunning).length;
  const shown = useStore(theme);
  const themeIcons = { system: "contrast", light: "sun", dark: "moon" } as const;
  return (
    <header class="topbar">
      <a class="brand" href="#/" aria-label="Genre workbench">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M8.8 15.8v5.4M16 9.8v11.4m7.2-8.4v8.4" />
        </svg>
        <span>Genre</span>
      </a>
      {isSignedIn && (
        <nav class="places" aria-label="Main">
          {PLACES.map(({ name, label, icon, also }) => (
            <a
              key={name}
              href={linkTo(name)}
              aria-current={current === name || also?.includes(current) ? "page" : undefined}
            >
              <Icon name={icon} />
              {label}
              {name === "" && running > 0 && (
                <span class="dot" role="img" aria-label={`${running} running`} />
              )}
            </a>
          ))}
        </nav>
      )}
      <div class="tools">
        <a
          class="tool wide"
          href={API_URL}
          target="_blank"
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            openPage(API_URL);
          }}
        >
          <Icon name="code" />
          GraphiQL
        </a>
        <button
          type="button"
          class="tool"
          onClick={nextTheme}
          aria-label={`Colours: ${shown}. Change`}
          title={`Colours: ${shown}`}
        >
          <Icon name={themeIcons[shown]} />
        </button>
        {isSignedIn && (
          <button
            type="button"
            class="tool"
            onClick={() => setCredentials(null)}
            aria-label={`Sign out ${getCredentials()?.clientId ?? ""}`}
            title={`Signed in as ${getCredentials()?.clientId ?? ""}. Sign out`}
          >
            <Icon name="leave" />
          </button>
        )}
      </div>
    </header>
  );
}

function isRunning({ phase }: Job): boolean {
  return phase === "waiting" || phase === "sending" || phase === "classifying";
}

function ConnectionNotice() {
  const [connection, setConnection] = useState<Connection>("up");
  const [wasDown, setWasDown] = useState(false);
  useEffect(
    () =>
      onConnection((next) => {
        setConnection(next);
        if (next === "down") setWasDown(true);
        else setTimeout(() => setWasDown(false), 4_000);
      }),
    [],
  );
  return (
    <div role="status" class="connection">
      {connection === "down" && (
        <p class="bad">
          <Icon name="alert" />
          The service can't be reached. Trying again every two seconds.
        </p>
      )}
      {connection === "up" && wasDown && (
        <p class="good">
          <Icon name="check" />
          The service is back.
        </p>
      )}
    </div>
  );
}
