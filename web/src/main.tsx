/** Start the workbench. */

import "@fontsource-variable/inter";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/views.css";

import { Provider } from "@urql/preact";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { makeClient, signIn } from "./api/client";
import { onCredentials, shareCredentials } from "./api/credentials";
import { App } from "./app";
import { forgetJobs } from "./jobs";
import { applyTheme } from "./theme";

/** Who signs in next starts with an empty cache and no files. */
function Page() {
  const [client, setClient] = useState(makeClient);
  useEffect(
    () =>
      onCredentials((credentials) => {
        if (credentials) return;
        forgetJobs();
        setClient(makeClient);
      }),
    [],
  );
  return (
    <Provider value={client}>
      <App />
    </Provider>
  );
}

applyTheme();
shareCredentials((credentials) => void signIn(credentials));
render(<Page />, document.getElementById("app")!);
