/** Start a download by a link that needs no credentials and soon expires. */

import type { Client, CombinedError } from "@urql/core";
import { addressOf } from "../api/address";

export interface Link {
  url: string;
  fileName: string;
}

/** Asks the API for a link. */
export type AskLink = (client: Client) => Promise<{ link?: Link | null; error?: CombinedError }>;

/** Ask for a link and let the browser download it; return why there is none. */
export async function startDownload(client: Client, ask: AskLink): Promise<CombinedError | undefined> {
  const { link, error } = await ask(client);
  if (!link) return error;
  const anchor = document.createElement("a");
  anchor.href = addressOf(link.url);
  anchor.download = link.fileName;
  anchor.rel = "noreferrer";
  anchor.click();
  return undefined;
}
