/** The sign-in form, and what the workbench is for. */

import { useEffect, useRef, useState } from "preact/hooks";
import { wereRefused } from "../api/client";
import { readForm, signIn } from "../api/credentials";
import type { Problem } from "../api/errors";
import { Button } from "../ui/button";
import { Icon } from "../ui/icons";
import { ProblemNotice } from "../ui/notices";

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
  useEffect(() => first.current?.focus(), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setChecking(true);
    const outcome = await signIn(readForm(event.currentTarget as HTMLFormElement));
    setChecking(false);
    if (outcome === "refused") setProblem(REFUSED);
    if (outcome === "unreachable") setProblem(UNREACHABLE);
  }

  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  return (
    <div class="sign-in">
      <div class="sign-in-words">
        <h1 tabIndex={-1}>Sort a music catalogue into genres</h1>
        <p class="lead">
          Upload a CSV file of tracks. Every track gets a genre and a probability, and is stored for you to
          search, explain and correct.
        </p>
        <ul>
          <li>
            <Icon name="upload" />
            Files of any size, with live progress
          </li>
          <li>
            <Icon name="alert" />
            Bad rows are reported by line and column; the rest go through
          </li>
          <li>
            <Icon name="code" />
            Everything you see is a GraphQL query you can copy
          </li>
        </ul>
      </div>
      <form class="card" onSubmit={submit}>
        <h2>Sign in</h2>
        <p class="hint">Kept in this tab's memory only. Closing or reloading the tab forgets it.</p>
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
