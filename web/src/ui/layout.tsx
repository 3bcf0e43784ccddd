/** The title of a view, its cards, and the figures on them. */

import type { ComponentChildren } from "preact";

interface HeadingProps {
  title: ComponentChildren;
  lead?: ComponentChildren;
  /** Actions on the whole view. */
  children?: ComponentChildren;
}

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
