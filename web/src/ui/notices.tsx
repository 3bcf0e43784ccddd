/** What a view shows instead of data: a problem, nothing, or that it is loading. */

import type { CombinedError } from "@urql/core";
import type { ComponentChildren } from "preact";
import { type Problem, problemOf } from "../api/errors";
import { Button } from "./button";
import { Icon, type IconName } from "./icons";

const MAX_ITEMS = 12;

export function ProblemNotice({ problem, children }: { problem: Problem; children?: ComponentChildren }) {
  const { title, detail, items = [] } = problem;
  return (
    <div class="notice bad" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{title}</strong>
        {detail && <p>{detail}</p>}
        {items.length > 0 && (
          <p class="chips">
            {items.slice(0, MAX_ITEMS).map((item) => (
              <code key={item}>{item}</code>
            ))}
            {items.length > MAX_ITEMS && <span>and {items.length - MAX_ITEMS} more</span>}
          </p>
        )}
        {children}
      </div>
    </div>
  );
}

/** A failed query, and a button to run it again. */
export function FailedNotice({ error, retry }: { error: CombinedError; retry: () => void }) {
  return (
    <ProblemNotice problem={problemOf(error)}>
      <Button onClick={retry}>Try again</Button>
    </ProblemNotice>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}

export function Empty({ icon, title, children }: EmptyProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      {children && <div>{children}</div>}
    </div>
  );
}

/** Grey lines where text will be. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <span key={line} />
      ))}
    </div>
  );
}
