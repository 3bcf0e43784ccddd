/** @jsxImportSource react */
/** The bar above GraphiQL: who is signed in, and a link to the workbench. */

import { useStore } from "@nanostores/react";
import { type FormEvent, useState } from "react";
import { WORKBENCH_URL } from "../api/address";
import { credentials, openLink, readForm, type SignIn, signIn, signOut } from "../api/credentials";

const PROBLEMS: Record<SignIn, string> = {
  ok: "",
  refused: "Wrong client id or secret.",
  unreachable: "The service can't be reached.",
};

export function CredentialsBar() {
  const current = useStore(credentials);
  return (
    <header className="bar">
      <a className="bar-brand" href={WORKBENCH_URL} onClick={(event) => openLink(event, WORKBENCH_URL)}>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M8.8 15.8v5.4M16 9.8v11.4m7.2-8.4v8.4" />
        </svg>
        <span>Genre</span>
        <small>Workbench</small>
      </a>
      {current ? (
        <p className="bar-who">
          <span className="bar-ok" aria-hidden="true" />
          Signed in as <strong>{current.clientId}</strong>
          <button type="button" onClick={signOut}>
            Sign out
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
    setProblem(PROBLEMS[await signIn(readForm(event.currentTarget))]);
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
      <button type="submit">Sign in</button>
      <span className={problem ? "bar-problem" : "bar-hint"} role="status">
        {problem || "Kept in this tab's memory only"}
      </span>
    </form>
  );
}
