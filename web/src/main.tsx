/** Start the workbench. */

import "@fontsource-variable/inter";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/notices.css";
import "./styles/bars.css";
import "./styles/table.css";
import "./genres/genres.css";
import "./frame/frame.css";
import "./frame/sign-in.css";
import "./classify/classify.css";
import "./batches/batches.css";
import "./tracks/tracks.css";

import { Provider } from "@urql/preact";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { makeClient } from "./api/client";
import { credentials, recall, shareCredentials, signIn } from "./api/credentials";
import { forgetJobs } from "./classify/jobs";
import { App } from "./frame/app";
import { applyTheme } from "./frame/theme";

/** Signing out drops the cache and the uploads, so that the next person starts clean. */
function Page() {
  const [client, setClient] = useState(makeClient);
  useEffect(
    () =>
      credentials.listen((current) => {
        if (current) return;
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
recall();
shareCredentials((given) => void signIn(given));
render(<Page />, document.getElementById("app")!);
