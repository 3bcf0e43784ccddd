/** @jsxImportSource react */
/** The line above GraphiQL: who asks, and the way to the workbench. */

import { useEffect, useState, type FormEvent } from "react";
import {
  canBeSent,
  getCredentials,
  onCredentials,
  openPage,
  setCredentials,
  type Credentials,
} from "../api/credentials";

const WORKBENCH = new URL(".", document.baseURI).href;

export function useCredentials(): Credentials | null {
  const [credentials, set] = useState(getCredentials);
  useEffect(() => onCredentials(set), []);
  return credentials;
}

export function CredentialsBar() {
  const credentials = useCredentials();
  return (
    <header className="bar">
      <a
        className="bar-brand"
        href={WORKBENCH}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          openPage(WORKBENCH);
        }}
      >
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M8.8 15.8v5.4M16 9.8v11.4m7.2-8.4v8.4" />
        </svg>
        <span>Genre</span>
        <small>Workbench</small>
      </a>
      {credentials ? (
        <p className="bar-who">
          <span className="bar-ok" aria-hidden="true" />
          Asking as <strong>{credentials.clientId}</strong>
          <button type="button" onClick={() => setCredentials(null)}>
            Forget
          </button>
        </p>
      ) : (
        <CredentialsForm />
      )}
    </header>
  );
}

function CredentialsForm() {
  const [problem, setProblem] = useState("");

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const credentials = {
      clientId: String(form.get("client-id")).trim(),
      clientSecret: String(form.get("client-secret")).trim(),
    };
    setProblem(canBeSent(credentials) ? await check(credentials) : "These are not known here.");
  }

  return (
    <form className="bar-form" onSubmit={submit}>
      <label>
        <span>client-id</span>
        <input name="client-id" autoComplete="off" autoCapitalize="none" spellCheck={false} required />
      </label>
      <label>
        <span>client-secret</span>
        <input name="client-secret" type="password" autoComplete="off" required />
      </label>
      <button type="submit">Use</button>
      <span className={problem ? "bar-problem" : "bar-hint"} role="status">
        {problem || "Kept in this tab's memory only"}
      </span>
    </form>
  );
}

async function check(credentials: Credentials): Promise<string> {
  const response = await fetch(new URL("graphql", document.baseURI), {
    method: "POST",
    credentials: "omit",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      "client-id": credentials.clientId,
      "client-secret": credentials.clientSecret,
    },
    body: '{"query":"{ __typename }"}',
  }).catch(() => null);
  if (!response) return "The service can't be reached.";
  if (response.status === 401) return "These are not known here.";
  setCredentials(credentials);
  return "";
}
