/** @jsxImportSource react */
/** Start GraphiQL: from our own files alone, with files, events and credentials in memory. */

import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "../styles/tokens.css";
import "./graphiql.css";

import { GraphiQL } from "graphiql";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { setCredentials, shareCredentials } from "../api/credentials";
import { CredentialsBar, useCredentials } from "./credentials-bar";
import { FIRST_TABS, takeLinkedTab } from "./documents";
import { fetcher } from "./fetcher";
import { Panels } from "./panels";

function Page({ linked }: { linked: ReturnType<typeof takeLinkedTab> }) {
  const [above, setAbove] = useState<HTMLElement | null>(null);
  const credentials = useCredentials();
  return (
    <>
      <CredentialsBar />
      <div ref={setAbove} />
      <main className="graphiql-page">
        <GraphiQL
          fetcher={fetcher}
          schema={credentials ? undefined : null} // null: do not ask for it yet
          defaultTabs={linked ? [linked, ...FIRST_TABS] : FIRST_TABS}
          initialQuery={linked?.query}
          initialVariables={linked?.variables}
          defaultEditorToolsVisibility="variables"
          isHeadersEditorEnabled={false}
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
          inputValueDeprecation
        >
          <GraphiQL.Logo>{" "}</GraphiQL.Logo>
          <GraphiQL.Footer>
            <Panels above={above} />
          </GraphiQL.Footer>
        </GraphiQL>
      </main>
    </>
  );
}

shareCredentials(setCredentials);
createRoot(document.getElementById("app")!).render(<Page linked={takeLinkedTab()} />);
