/** Ask for the credentials, once, and check them with the service. */

import { useEffect, useRef, useState } from "preact/hooks";
import { signIn, wereRefused } from "../api/client";
import { canBeSent } from "../api/credentials";
import type { Problem } from "../api/errors";
import { Icon } from "../ui/icons";
import { Button, ProblemNotice } from "../ui/parts";

const REFUSED: Problem = {
  title: "These credentials are not known here",
  detail: "Check both fields; the secret is the one from which the hash in GENRE_CLIENTS was made.",
};
const UNREACHABLE: Problem = {
  title: "The service can't be reached",
  detail: "It may be starting or restarting. Try again in a moment.",
};
const DROPPED: Problem = {
  title: "You were signed out",
  detail: "The service no longer knows the credentials that were used.",
};

export function SignInView() {
  const [problem, setProblem] = useState<Problem | null>(wereRefused() ? DROPPED : null);
  const [isAsking, setAsking] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const credentials = {
      clientId: String(form.get("client-id")).trim(),
      clientSecret: String(form.get("client-secret")).trim(),
    };
    if (!canBeSent(credentials)) return setProblem(REFUSED);
    setAsking(true);
    const outcome = await signIn(credentials);
    setAsking(false);
    if (outcome === "refused") setProblem(REFUSED);
    if (outcome === "unreachable") setProblem(UNREACHABLE);
  }

  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  return (
    <div class="sign-in">
      <div class="sign-in-words">
        <h1 tabIndex={-1}>Sort a music catalogue into genres</h1>
        <p class="lead">
          Send a CSV file of tracks. Each is given a genre and a probability, and is stored, ready to
          be searched, explained and corrected.
        </p>
        <ul>
          <li><Icon name="upload" />Files of any length, with live progress</li>
          <li><Icon name="alert" />A wrong row is reported by line and column, the others go on</li>
          <li><Icon name="code" />Everything here is a GraphQL query that you can take along</li>
        </ul>
      </div>
      <form class="card" onSubmit={submit}>
        <h2>Sign in</h2>
        <p class="hint">Kept in this tab's memory only; gone when you close or reload it.</p>
        {problem && <ProblemNotice problem={problem} />}
        <label>
          Client id
          <input ref={first} name="client-id" autocomplete="off" autocapitalize="none" spellcheck={false} required />
        </label>
        <label>
          Client secret
          <input name="client-secret" type="password" autocomplete="off" required />
        </label>
        <Button kind="primary" type="submit" disabled={isAsking}>
          {isAsking ? "Checking …" : "Sign in"}
        </Button>
        {isLocal && (
          <p class="hint">
            A service on your own machine without <code>GENRE_CLIENTS</code> knows <code>test</code> /{" "}
            <code>test</code>.
          </p>
        )}
      </form>
    </div>
  );
}
