/** A view whose code is fetched when it is first shown, to keep the first load small. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../ui/button";
import { ProblemNotice, Skeleton } from "../ui/notices";

const OUT_OF_DATE = {
  title: "This page is out of date",
  detail: "The service has been updated, or you are offline. Reload the page to continue.",
};

interface LazyProps<Props extends object> {
  load: () => Promise<{ default: ComponentType<Props> }>;
  props: Props;
}

export function Lazy<Props extends object>({ load, props }: LazyProps<Props>) {
  const [View, setView] = useState<ComponentType<Props> | null>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    load().then(
      (module) => setView(() => module.default),
      () => setFailed(true),
    );
  }, [load]);
  useEffect(() => {
    if (View) focusTitle();
  }, [View]);
  if (View) return <View {...props} />;
  if (!hasFailed) return <Skeleton lines={8} />;
  return (
    <ProblemNotice problem={OUT_OF_DATE}>
      <Button onClick={() => location.reload()}>Reload</Button>
    </ProblemNotice>
  );
}

/** As for every new view, unless the person has moved on. */
function focusTitle(): void {
  const main = document.querySelector("main");
  const { activeElement } = document;
  if (activeElement !== main && main?.contains(activeElement)) return;
  main?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
}
