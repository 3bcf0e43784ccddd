/**
 * The outbox of whoever is signed in, and its sender. They outlive the review, so that answers are
 * still delivered after a person has gone to another view.
 */

import type { Client } from "@urql/core";
import { credentials } from "../../api/credentials";
import { openOutbox } from "./outbox";
import { startSender } from "./sender";

export type Delivery = ReturnType<typeof open>;
let current: Delivery | null = null;

export function deliveryOf(client: Client, clientId: string): Delivery {
  if (current?.client === client && current.clientId === clientId) return current;
  current?.sender.stop();
  current = open(client, clientId);
  return current;
}

function open(client: Client, clientId: string) {
  const outbox = openOutbox(clientId);
  return { client, clientId, outbox, sender: startSender(client, outbox) };
}

credentials.listen((signedIn) => {
  if (signedIn) return;
  current?.sender.stop();
  current = null;
});

// Session storage outlives a reload, but not the tab.
addEventListener("beforeunload", (event) => {
  if (current?.outbox.answers.get().length) event.preventDefault();
});
