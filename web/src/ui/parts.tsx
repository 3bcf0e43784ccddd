/** Small parts that every view is made of. */

import { print, type DocumentNode } from "@0no-co/graphql.web";
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { API_URL } from "../api/client";
import { openPage } from "../api/credentials";
import type { Problem } from "../api/errors";
import { Icon, type IconName } from "./icons";

interface HeadingProps {
  title: ComponentChildren;
  lead?: ComponentChildren;
  children?: ComponentChildren;
}

/** The title of a view, what it is about, and what can be done with the whole of it. */
export function Heading({ title, lead, children }: HeadingProps) {
  return (
    <header class="heading">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p class="lead">{lead}</p>}
      </div>
      {children && <div class="actions">{children}</div>}
    </header>
  );
}

interface CardProps {
  title?: ComponentChildren;
  hint?: ComponentChildren;
  actions?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function Card({ title, hint, actions, class: extra = "", children }: CardProps) {
  return (
    <section class={`card ${extra}`}>
      {(title || actions) && (
        <header class="card-head">
          <div>
            {title && <h2>{title}</h2>}
            {hint && <p class="hint">{hint}</p>}
          </div>
          {actions && <div class="actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon"> & {
  icon?: IconName;
  kind?: "primary" | "plain" | "quiet" | "danger";
};

export function Button({ icon, kind = "plain", children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} class={`button ${kind}`}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface AsGraphQLProps {
  /** An operation of `api/documents.ts`. */
  operation: unknown;
  variables?: Record<string, unknown>;
}

/** Open the operation behind a view in GraphiQL, which then is handed the credentials. */
export function AsGraphQL({ operation, variables }: AsGraphQLProps) {
  const parts = new URLSearchParams({ query: print(operation as DocumentNode) });
  if (variables) parts.set("variables", JSON.stringify(variables, null, 2));
  const address = `${API_URL}#${parts}`;
  return (
    <a
      class="button ghost"
      href={address}
      target="_blank"
      title="Open this view's query in GraphiQL"
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        openPage(address);
      }}
    >
      <Icon name="code" />
      as GraphQL
    </a>
  );
}

export function ProblemNotice({ problem, children }: { problem: Problem; children?: ComponentChildren }) {
  return (
    <div class="notice bad" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{problem.title}</strong>
        {problem.detail && <p>{problem.detail}</p>}
        {problem.items && problem.items.length > 0 && (
          <p class="chips">
            {problem.items.slice(0, 12).map((item) => (
              <code key={item}>{item}</code>
            ))}
            {problem.items.length > 12 && <span>and {problem.items.length - 12} more</span>}
          </p>
        )}
        {children}
      </div>
    </div>
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

/** Grey lines in place of what is being fetched. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}

interface StatProps {
  label: string;
  value: ComponentChildren;
  note?: ComponentChildren;
  tone?: "bad" | "good";
}

export function Stat({ label, value, note, tone }: StatProps) {
  return (
    <div class={`stat ${tone ?? ""}`}>
      <dt>{label}</dt>
      <dd>
        {value}
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

const STATUS_WORDS: Record<string, [string, string]> = {
  QUEUED: ["Queued", "waiting"],
  RUNNING: ["Running", "running"],
  DONE: ["Done", "good"],
  FAILED: ["Failed", "bad"],
};

export function StatusBadge({ status }: { status: string }) {
  const [word, tone] = STATUS_WORDS[status] ?? [status, ""];
  return <span class={`badge ${tone}`}>{word}</span>;
}
