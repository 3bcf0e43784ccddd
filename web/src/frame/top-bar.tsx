/** The brand, the navigation, and the tools at the right. */

import { useStore } from "@nanostores/preact";
import { API_URL } from "../api/address";
import { credentials, openLink, signOut } from "../api/credentials";
import { isRunning, jobs } from "../classify/jobs";
import { Icon } from "../ui/icons";
import { isAt, PLACES } from "./places";
import { linkTo } from "./route";
import { nextTheme, theme } from "./theme";

const THEME_ICONS = { system: "contrast", light: "sun", dark: "moon" } as const;

export function TopBar({ current }: { current: string }) {
  const client = useStore(credentials);
  return (
    <header class="topbar">
      <a class="brand" href="#/" aria-label="Genre workbench">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M8.8 15.8v5.4M16 9.8v11.4m7.2-8.4v8.4" />
        </svg>
        <span>Genre</span>
      </a>
      {client && <Navigation current={current} />}
      <div class="tools">
        <a
          class="tool wide"
          href={API_URL}
          target="_blank"
          rel="noopener"
          onClick={(event) => openLink(event, API_URL)}
        >
          <Icon name="code" />
          GraphiQL
        </a>
        <ThemeButton />
        {client && (
          <button
            type="button"
            class="tool"
            onClick={signOut}
            aria-label={`Sign out ${client.clientId}`}
            title={`Signed in as ${client.clientId}. Sign out`}
          >
            <Icon name="leave" />
          </button>
        )}
      </div>
    </header>
  );
}

function Navigation({ current }: { current: string }) {
  const running = useStore(jobs).filter(isRunning).length;
  return (
    <nav class="places" aria-label="Main">
      {PLACES.map((place) => (
        <a
          key={place.name}
          href={linkTo(place.name)}
          aria-current={isAt(place, current) ? "page" : undefined}
        >
          <Icon name={place.icon} />
          {place.label}
          {place.name === "" && running > 0 && (
            <span class="dot" role="img" aria-label={`${running} running`} />
          )}
        </a>
      ))}
    </nav>
  );
}

function ThemeButton() {
  const shown = useStore(theme);
  return (
    <button
      type="button"
      class="tool"
      onClick={nextTheme}
      aria-label={`Colours: ${shown}. Change`}
      title={`Colours: ${shown}`}
    >
      <Icon name={THEME_ICONS[shown]} />
    </button>
  );
}
