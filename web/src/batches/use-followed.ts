/** A batch as the service last reported it, live while it is queued or running. */

import { useClient } from "@urql/preact";
import { useEffect, useState } from "preact/hooks";
import { type BatchCounts, follow, isActive } from "./follow";

export function useFollowed(fetched: BatchCounts | null): BatchCounts | null {
  const client = useClient();
  const [live, setLive] = useState<BatchCounts | null>(null);
  const running = fetched && isActive(fetched) ? fetched.id : null;
  useEffect(() => {
    if (running) return follow(client, running, setLive);
  }, [client, running]);
  return live ?? fetched;
}
