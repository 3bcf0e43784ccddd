/** The download of the report on a batch. */

import type { DownloadEntry } from "./download-menu";
import { REPORT_LINK } from "./operations";

export function report(batchId: string): DownloadEntry {
  return {
    name: "Report",
    hint: "a page: drift, words, expected accuracy",
    ask: async (client) => {
      const { data, error } = await client.mutation(REPORT_LINK, { batchId }).toPromise();
      return { link: data?.reportLink, error };
    },
  };
}
