/** What can be downloaded of a batch: first its own file with genres and its report, then its tracks. */

import { DownloadMenu } from "../exports/download-menu";
import { fileWithGenres } from "../exports/file-with-genres";
import { report } from "../exports/report";
import { type BatchCounts, isActive } from "./follow";

export function BatchDownloads({ batch }: { batch: BatchCounts }) {
  const hasTracks = batch.kind === "UPLOAD" && batch.rowsStored > 0;
  if (isActive(batch) || !hasTracks) return null;
  const isKept = batch.originalKeptUntil !== null;
  const first = [...(isKept ? fileWithGenres(batch.id, batch.detected?.format) : []), report(batch.id)];
  return <DownloadMenu filter={{ batchId: batch.id }} first={first} />;
}
