/** Send the answers that a reload left in session storage, whichever view is shown. */

import { useStore } from "@nanostores/preact";
import { useClient } from "@urql/preact";
import { useEffect } from "preact/hooks";
import { credentials } from "../api/credentials";

export const answersKey = (clientId: string) => `genre:answers:${clientId}`;

export function useUnsentAnswers(): void {
  const client = useClient();
  const clientId = useStore(credentials)?.clientId;
  useEffect(() => {
    if (!clientId || !sessionStorage.getItem(answersKey(clientId))) return;
    void import("../review/delivery/delivery").then(({ deliveryOf }) => deliveryOf(client, clientId));
  }, [client, clientId]);
}
