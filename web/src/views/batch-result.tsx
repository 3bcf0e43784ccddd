/** What came of a batch: its genres, and its rejected rows to look at and to take along. */

import { useClient, useQuery } from "@urql/preact";
import type { Client, OperationResult } from "@urql/core";
import { useEffect, useState } from "preact/hooks";
import { BATCH, REJECTS } from "../api/documents";
import { problemOf, type Problem } from "../api/errors";
import type { ResultOf } from "../api/graphql";
import { download, writeCsv } from "../csv/report";
import { isReadable } from "../csv/content";
import { pickRecords } from "../csv/scan";
import { formatCount, formatPercent } from "../format";
import type { BatchCounts } from "../jobs";
import { linkTo } from "../router";
import { Bars } from "../ui/bars";
import { usePages, type Page } from "../ui/pages";
import { AsGraphQL, Button, ProblemNotice, Skeleton } from "../ui/parts";

type Reject = NonNullable<ResultOf<typeof REJECTS>["batch"]>["rejects"]["nodes"][number];
const PAGE_ROWS = 50;
const DOWNLOAD_PAGE_ROWS = 1_000;

interface BatchResultProps {
  batch: BatchCounts;
  /** The file, if it was sent from this page. */
  file?: File;
}

export function BatchResult({ batch, file }: BatchResultProps) {
  return (
    <div class={batch.rowsRejected > 0 ? "columns result" : "result"}>
      {batch.rowsStored > 0 && <BatchGenres batch={batch} />}
      {batch.rowsRejected > 0 && <Rejects batch={batch} file={file} />}
    </div>
  );
}

function BatchGenres({ batch }: { batch: BatchCounts }) {
  const [{ data }] = useQuery({ query: BATCH, variables: { id: batch.id } });
  const genres = [...(data?.batch?.genres ?? [])].sort((a, b) => b.trackCount - a.trackCount);
  return (
    <section>
      <h3>Genres in this file</h3>
      {data ? (
        <Bars
          label="Tracks by genre"
          bars={genres.map(({ name, trackCount }) => ({
            key: name,
            label: name,
            value: trackCount,
            text: `${formatCount(trackCount)} · ${formatPercent(trackCount / batch.rowsStored)}`,
            href: linkTo("catalogue", name),
          }))}
        />
      ) : (
        <Skeleton />
      )}
    </section>
  );
}

function Rejects({ batch, file }: BatchResultProps) {
  const client = useClient();
  const pages = usePages<Reject>(batch.id, async (after) => {
    const variables = { id: batch.id, first: PAGE_ROWS, after };
    const { data, error } = await client
      .query(REJECTS, variables, { requestPolicy: "network-only" })
      .toPromise();
    return { page: data?.batch?.rejects, error };
  });
  return (
    <section>
      <header class="section-head">
        <h3>Rejected rows</h3>
        <AsGraphQL operation={REJECTS} variables={{ id: batch.id, first: 100 }} />
      </header>
      <RejectDownloads batch={batch} file={file} />
      {pages.error && <ProblemNotice problem={problemOf(pages.error)} />}
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Rejected rows">
        <table class="rejects">
          <thead>
            <tr>
              <th scope="col" class="number">Line</th>
              <th scope="col">Column</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {pages.rows.map((reject) => (
              <tr key={reject.line}>
                <td class="number">{formatCount(reject.line)}</td>
                <td>{reject.column ? <code>{reject.column}</code> : <span class="muted">whole row</span>}</td>
                <td>
                  {reject.message}
                  <small>
                    {reject.code.toLowerCase().replaceAll("_", " ")}
                    {reject.trackId && ` · track ${reject.trackId}`}
                  </small>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {pages.hasMore && pages.rows.length > 0 && (
          <div ref={pages.end} class="more">
            <Button kind="quiet" onClick={pages.loadMore} disabled={pages.isLoading}>
              {pages.isLoading ? "Loading …" : "Show more"}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function RejectDownloads({ batch, file }: BatchResultProps) {
  const client = useClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [canPick, setCanPick] = useState(false);
  useEffect(() => {
    if (file) void isReadable(file).then(setCanPick);
  }, [file]);
  const stem = batch.fileName.replace(/\.csv(\.(gz|zst))?$/i, "");

  async function save(make: (rejects: Reject[]) => Blob | Promise<Blob>, name: string) {
    setBusy(true);
    setProblem(null);
    try {
      download(await make(await fetchRejects(client, batch.id)), name);
    } catch (error) {
      setProblem({ title: "The download failed", detail: error instanceof Error ? error.message : "" });
    }
    setBusy(false);
  }

  return (
    <>
      <div class="button-row">
        {file && canPick && (
          <Button
            icon="download"
            disabled={isBusy}
            title="As they stand in the file, with its header: correct them and send them again"
            onClick={() =>
              save(
                (rejects) => pickRecords(file, new Set(rejects.map(({ line }) => line))),
                `${stem}.rejected.csv`,
              )
            }
          >
            Rejected rows
          </Button>
        )}
        <Button
          icon="download"
          disabled={isBusy}
          title="Line, column and reason of each"
          onClick={() => save(writeReport, `${stem}.rejects-report.csv`)}
        >
          Report
        </Button>
      </div>
      {problem && <ProblemNotice problem={problem} />}
    </>
  );
}

function writeReport(rejects: Reject[]): Blob {
  return writeCsv(
    ["line", "trackID", "column", "code", "message"],
    rejects.map(({ line, trackId, column, code, message }) => [line, trackId, column, code, message]),
  );
}

async function fetchRejects(client: Client, id: string): Promise<Reject[]> {
  const rejects: Reject[] = [];
  let after: string | null = null;
  for (;;) {
    const { data, error }: OperationResult<ResultOf<typeof REJECTS>> = await client
      .query(REJECTS, { id, first: DOWNLOAD_PAGE_ROWS, after }, { requestPolicy: "network-only" })
      .toPromise();
    if (error) throw new Error(problemOf(error).title);
    const page: Page<Reject> | undefined = data?.batch?.rejects;
    if (!page) throw new Error("The batch is gone.");
    rejects.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return rejects;
    after = page.pageInfo.endCursor;
  }
}
