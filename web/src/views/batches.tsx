/** The history of files. */

import { useClient } from "@urql/preact";
import { BATCHES } from "../api/documents";
import { problemOf } from "../api/errors";
import { formatAgo, formatCount, formatDateTime, formatDuration } from "../format";
import type { BatchCounts } from "../jobs";
import { linkTo } from "../router";
import { usePages } from "../ui/pages";
import { AsGraphQL, Button, Card, Empty, Heading, ProblemNotice, Skeleton, StatusBadge } from "../ui/parts";

const PAGE_ROWS = 30;

export function BatchesView() {
  const client = useClient();
  const pages = usePages<BatchCounts>("batches", async (after) => {
    const { data, error } = await client
      .query(BATCHES, { first: PAGE_ROWS, after }, { requestPolicy: "network-only" })
      .toPromise();
    return { page: data?.batches, error };
  });
  return (
    <>
      <Heading title="Batches" lead="Every file that was sent, newest first">
        <AsGraphQL operation={BATCHES} variables={{ first: 20 }} />
      </Heading>
      {pages.error && (
        <ProblemNotice problem={problemOf(pages.error)}>
          <Button onClick={pages.reload}>Try again</Button>
        </ProblemNotice>
      )}
      <Card>
        {pages.rows.length > 0 && <BatchTable batches={pages.rows} />}
        {pages.isLoading && pages.rows.length === 0 && <Skeleton lines={6} />}
        {!pages.isLoading && !pages.error && pages.rows.length === 0 && (
          <Empty icon="history" title="No file has been sent yet">
            <a class="button primary" href="#/">Classify a file</a>
          </Empty>
        )}
        {pages.hasMore && pages.rows.length > 0 && (
          <div ref={pages.end} class="more">
            <Button kind="quiet" onClick={pages.loadMore} disabled={pages.isLoading}>
              {pages.isLoading ? "Loading …" : "Show more"}
            </Button>
          </div>
        )}
      </Card>
    </>
  );
}

export function BatchTable({ batches }: { batches: readonly BatchCounts[] }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Batches">
      <table class="batches">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Rejected</th>
            <th scope="col" class="number wide-only">Took</th>
            <th scope="col" class="number wide-only">Started</th>
          </tr>
        </thead>
        <tbody>
          {batches.map((batch) => (
            <tr key={batch.id}>
              <td class="name">
                <a href={linkTo("batches", batch.id)}>{batch.fileName}</a>
                <small class="narrow-note">{formatAgo(batch.startedAt)}</small>
              </td>
              <td><StatusBadge status={batch.status} /></td>
              <td class="number">{formatCount(batch.rowsReceived)}</td>
              <td class={`number ${batch.rowsRejected ? "bad" : "muted"}`}>{formatCount(batch.rowsRejected)}</td>
              <td class="number wide-only">
                {batch.finishedAt
                  ? formatDuration((Date.parse(batch.finishedAt) - Date.parse(batch.startedAt)) / 1_000)
                  : "–"}
              </td>
              <td class="number muted wide-only">
                <time dateTime={batch.startedAt} title={formatDateTime(batch.startedAt)}>
                  {formatAgo(batch.startedAt)}
                </time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
