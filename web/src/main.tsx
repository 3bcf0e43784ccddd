/** Start the workbench. */

import "@fontsource-variable/inter";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/views.css";

import { Provider } from "@urql/preact";
import { render } from "preact";
import { makeClient } from "./api/client";
import { shareCredentials } from "./api/credentials";
import { App } from "./app";
import { applyTheme } from "./theme";

applyTheme();
shareCredentials();
render(
  <Provider value={makeClient()}>
    <App />
  </Provider>,
  document.getElementById("app")!,
);
