/** The sign-in form, and what the workbench is for. */

import { useEffect, useRef, useState } from "preact/hooks";
import { wereRefused } from "../api/client";
import { readForm, remember, signIn, wantsRemembering } from "../api/credentials";
import type { Problem } from "../api/errors";
import { Button } from "../ui/button";
import { Icon } from "../ui/icons";
import { ProblemNotice } from "../ui/notices";
import { Picture } from "./picture";

const REFUSED: Problem = {
  title: "Wrong client id or secret",
  detail: "Check both fields. Enter the secret itself, not the hash of it in GENRE_CLIENTS.",
};
const UNREACHABLE: Problem = {
  title: "The service can't be reached",
  detail: "It may be starting or restarting. Try again in a moment.",
};
const SIGNED_OUT: Problem = {
  title: "You were signed out",
  detail: "The service no longer accepts these credentials.",
};

export function SignInView() {
  const [problem, setProblem] = useState<Problem | null>(wereRefused() ? SIGNED_OUT : null);
  const [isChecking, setChecking] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus({ preventScroll: true }), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setChecking(true);
    const form = event.currentTarget as HTMLFormElement;
    const given = readForm(form);
    const outcome = await signIn(given);
    setChecking(false);
    if (outcome === "ok" && wantsRemembering(form)) remember(given);
    if (outcome === "refused") setProblem(REFUSED);
    if (outcome === "unreachable") setProblem(UNREACHABLE);
  }

  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  return (
    <div class="sign-in">
      <div class="sign-in-words">
        <h1 tabIndex={-1}>Sort a music catalogue into genres</h1>
        <p class="lead">
          Upload a file of tracks. Each one gets a genre and a confidence, and is stored for you and your
          programs to use.
        </p>
        <Picture />
        <ul>
          <li>
            <Icon name="upload" />
            Send files of any size and watch them live; a bad row never stops the others
          </li>
          <li>
            <Icon name="listen" />
            Search, explain and correct the result; the model learns from your answers
          </li>
          <li>
            <Icon name="code" />
            Everything you see is a GraphQL query that you can copy
          </li>
        </ul>
      </div>
      <form class="card" onSubmit={submit}>
        <h2>Sign in</h2>
        <p class="hint">Kept in this tab's memory only, unless you tick the box below.</p>
        {problem && <ProblemNotice problem={problem} />}
        <label>
          Client id
          <input
            ref={first}
            name="client-id"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            required
          />
        </label>
        <label>
          Client secret
          <input name="client-secret" type="password" autocomplete="off" required />
        </label>
        <Remember />
        <Button kind="primary" type="submit" disabled={isChecking}>
          {isChecking ? "Checking …" : "Sign in"}
        </Button>
        {isLocal && (
          <p class="hint">
            Running it locally without <code>GENRE_CLIENTS</code>? Sign in as <code>test</code> /{" "}
            <code>test</code>.
          </p>
        )}
      </form>
    </div>
  );
}

function Remember() {
  return (
    <div class="remember">
      <label>
        <input type="checkbox" name="remember" aria-describedby="remember-hint" />
        Remember in this tab
      </label>
      <p id="remember-hint" class="hint">
        Survives a reload. The secret is then in this tab's session storage, which browsers also write to
        disk, until you sign out or close the tab. Leave it off on a shared computer.
      </p>
    </div>
  );
}
