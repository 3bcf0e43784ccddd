/** A table that scrolls sideways, or down, when it doesn't fit. The edge beyond which there is more fades. */

import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export function TableScroll({ label, children }: { label: string; children: ComponentChildren }) {
  const box = useRef<HTMLElement>(null);
  const { canScroll, more } = useOverflow(box);
  return (
    <section
      ref={box}
      class="table-scroll"
      data-more={more}
      tabIndex={canScroll ? 0 : undefined} // the keyboard can only scroll what it can focus
      aria-label={label}
    >
      {children}
    </section>
  );
}

interface Overflow {
  canScroll: boolean;
  /** Where there is more: "left", "right", "left right" or "". */
  more: string;
}

function useOverflow(box: RefObject<HTMLElement | null>): Overflow {
  const [overflow, setOverflow] = useState<Overflow>({ canScroll: false, more: "" });
  useEffect(() => {
    const element = box.current!;
    const look = () => {
      const { scrollLeft, scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
      const canScroll = scrollWidth > clientWidth || scrollHeight > clientHeight;
      const left = scrollLeft > 1 ? "left" : "";
      const right = scrollLeft + clientWidth < scrollWidth - 1 ? "right" : "";
      const more = `${left} ${right}`.trim();
      setOverflow((old) => (old.canScroll === canScroll && old.more === more ? old : { canScroll, more }));
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [box]);
  return overflow;
}
