/** @jsxImportSource react */
/** GraphiQL, served from our own files, with uploads, events, and credentials in memory. */

import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "../styles/tokens.css";
import "./graphiql.css";
import "./panels.css";

import { useStore } from "@nanostores/react";
import { GraphiQL } from "graphiql";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { credentials, recall, shareCredentials } from "../api/credentials";
import { CredentialsBar } from "./credentials-bar";
import { fetcher } from "./fetcher";
import { FIRST_TABS } from "./first-tabs";
import { takeLinkedTab } from "./linked-tab";
import { Panels } from "./panels";

function Page({ linked }: { linked: ReturnType<typeof takeLinkedTab> }) {
  const [above, setAbove] = useState<HTMLElement | null>(null);
  const isSignedIn = useStore(credentials) !== null;
  return (
    <>
      <CredentialsBar />
      <div ref={setAbove} />
      <main className="graphiql-page">
        <GraphiQL
          fetcher={fetcher}
          schema={isSignedIn ? undefined : null} // null: do not fetch it yet
          defaultTabs={linked ? [linked, ...FIRST_TABS] : FIRST_TABS}
          initialQuery={linked?.query}
          initialVariables={linked?.variables}
          defaultEditorToolsVisibility="variables"
          isHeadersEditorEnabled={false}
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
          inputValueDeprecation
        >
          <GraphiQL.Logo> </GraphiQL.Logo>
          <GraphiQL.Footer>
            <Panels above={above} />
          </GraphiQL.Footer>
        </GraphiQL>
      </main>
    </>
  );
}

recall(); // a tab opened from a workbench that remembers starts with a copy of its session storage
shareCredentials((given) => credentials.set(given));
createRoot(document.getElementById("app")!).render(<Page linked={takeLinkedTab()} />);
