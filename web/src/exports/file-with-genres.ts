/** The download of a batch's own file with genres. */

import type { DownloadEntry } from "./download-menu";
import { FILE_WITH_GENRES_LINK } from "./operations";

type Format = "CSV" | "XLSX" | "PARQUET";
const NAME = "My file with genres";
const HINT = "your rows and columns, and the genres";

/** In the format that was sent first, and as Excel for those who would open it there anyway. */
export function fileWithGenres(batchId: string, sentAs: Format | undefined): DownloadEntry[] {
  const excel = entry(batchId, "XLSX", "My file with genres, for Excel", "up to 1,048,575 rows");
  if (sentAs === "XLSX")
    return [{ ...excel, name: NAME, hint: HINT }, entry(batchId, "CSV", `${NAME}, as CSV`, HINT)];
  if (sentAs === "PARQUET") {
    return [entry(batchId, "PARQUET", NAME, HINT), entry(batchId, "CSV", `${NAME}, as CSV`, HINT)];
  }
  return [entry(batchId, "CSV", NAME, HINT), excel];
}

function entry(batchId: string, format: Format, name: string, hint: string): DownloadEntry {
  return {
    name,
    hint,
    ask: async (client) => {
      const { data, error } = await client.mutation(FILE_WITH_GENRES_LINK, { batchId, format }).toPromise();
      return { link: data?.fileWithGenresLink, error };
    },
  };
}
