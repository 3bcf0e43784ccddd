/** Say that the service can't be reached, and briefly when it is back. */

import { useStore } from "@nanostores/preact";
import { useEffect, useState } from "preact/hooks";
import { isReachable } from "../api/connection";
import { Icon } from "../ui/icons";

const BACK_NOTICE_MS = 4_000;

export function ConnectionNotice() {
  const isUp = useStore(isReachable);
  const [wasDown, setWasDown] = useState(false);
  useEffect(() => {
    if (!isUp) return setWasDown(true);
    const timer = setTimeout(() => setWasDown(false), BACK_NOTICE_MS);
    return () => clearTimeout(timer);
  }, [isUp]);
  return (
    <div role="status" class="connection">
      {!isUp && (
        <p class="bad">
          <Icon name="alert" />
          The service can't be reached. Retrying every two seconds.
        </p>
      )}
      {isUp && wasDown && (
        <p class="good">
          <Icon name="check" />
          The service is back.
        </p>
      )}
    </div>
  );
}
