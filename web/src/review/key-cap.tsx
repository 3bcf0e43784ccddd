import type { ComponentChildren } from "preact";

/** The key that does the same as a button; decoration, as the button has a name. */
export function KeyCap({ children }: { children: ComponentChildren }) {
  return (
    <span class="key-cap" aria-hidden="true">
      {children}
    </span>
  );
}
