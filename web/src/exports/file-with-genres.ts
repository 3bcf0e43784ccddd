/** The download of a batch's own file with genres. */

import type { DownloadEntry } from "./download-menu";
import { FILE_WITH_GENRES_LINK } from "./operations";

/** As CSV, and as Excel for those who would open it there anyway. */
export function fileWithGenres(batchId: string): DownloadEntry[] {
  return [
    entry(batchId, "CSV", "My file with genres", "your rows and columns, and the genres"),
    entry(batchId, "XLSX", "My file with genres, for Excel", "up to 1,048,575 rows"),
  ];
}

function entry(batchId: string, format: "CSV" | "XLSX", name: string, hint: string): DownloadEntry {
  return {
    name,
    hint,
    ask: async (client) => {
      const { data, error } = await client.mutation(FILE_WITH_GENRES_LINK, { batchId, format }).toPromise();
      return { link: data?.fileWithGenresLink, error };
    },
  };
}
