/** Download the rejected rows as they are in the file, or a report on them. */

import { useClient } from "@urql/preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../api/errors";
import { isReadable } from "../csv/content";
import { download, writeCsv } from "../csv/report";
import { pickRecords } from "../csv/scan";
import { Button } from "../ui/button";
import { ProblemNotice } from "../ui/notices";
import { canFindRecords } from "./detected";
import { fetchAllRejects, type Reject } from "./fetch-rejects";
import type { BatchResultProps } from "./result";

export function RejectDownloads({ batch, file }: BatchResultProps) {
  const client = useClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [canPick, setCanPick] = useState(false);
  useEffect(() => {
    if (file) void isReadable(file).then(setCanPick);
  }, [file]);
  const stem = batch.fileName.replace(/\.(csv|tsv|txt)(\.(gz|zst))?$/i, "");

  async function save(make: (rejects: Reject[]) => Blob | Promise<Blob>, name: string) {
    setBusy(true);
    setProblem(null);
    try {
      download(await make(await fetchAllRejects(client, batch.id)), name);
    } catch (error) {
      setProblem({ title: "The download failed", detail: error instanceof Error ? error.message : "" });
    }
    setBusy(false);
  }

  return (
    <>
      <div class="button-row">
        {file && canPick && canFindRecords(batch.detected) && (
          <Button
            icon="download"
            disabled={isBusy}
            title="The rows exactly as in your file, with its header. Fix them and upload them again."
            onClick={() =>
              save((rejects) => pickRows(file, rejects, batch.detected?.delimiter), `${stem}.rejected.csv`)
            }
          >
            Rejected rows
          </Button>
        )}
        <Button
          icon="download"
          disabled={isBusy}
          title="The line, column and reason for each row"
          onClick={() => save(writeReport, `${stem}.rejects-report.csv`)}
        >
          Report
        </Button>
      </div>
      {problem && <ProblemNotice problem={problem} />}
    </>
  );
}

function pickRows(file: File, rejects: Reject[], delimiter?: string | null): Promise<Blob> {
  return pickRecords(file, new Set(rejects.map(({ line }) => line)), delimiter ?? ",");
}

function writeReport(rejects: Reject[]): Blob {
  return writeCsv(
    ["line", "trackID", "column", "code", "message"],
    rejects.map(({ line, trackId, column, code, message }) => [line, trackId, column, code, message]),
  );
}
