/** A table that scrolls sideways, or down, when it doesn't fit. */

import type { ComponentChildren } from "preact";

export function TableScroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard can only scroll what it can focus
    <section class="table-scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
