/** Batches as a table, for the history and for the start page. */

import { linkTo } from "../frame/route";
import { formatAgo, formatCount, formatDateTime, formatDuration } from "../ui/format";
import { TableScroll } from "../ui/table-scroll";
import type { BatchCounts } from "./follow";
import { secondsOf } from "./progress";
import { StatusBadge } from "./status-badge";

export function BatchTable({ batches }: { batches: readonly BatchCounts[] }) {
  return (
    <TableScroll label="Batches">
      <table class="batches">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Rows
            </th>
            <th scope="col" class="number">
              Rejected
            </th>
            <th scope="col" class="number wide-only">
              Took
            </th>
            <th scope="col" class="number wide-only">
              Started
            </th>
          </tr>
        </thead>
        <tbody>
          {batches.map((batch) => (
            <BatchRow key={batch.id} batch={batch} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function BatchRow({ batch }: { batch: BatchCounts }) {
  const seconds = secondsOf(batch);
  return (
    <tr>
      <td class="name">
        <a href={linkTo("batches", batch.id)}>{batch.fileName}</a>
        <small class="narrow-note">{formatAgo(batch.startedAt)}</small>
      </td>
      <td>
        <StatusBadge status={batch.status} />
      </td>
      <td class="number">{formatCount(batch.rowsReceived)}</td>
      <td class={`number ${batch.rowsRejected ? "bad" : "muted"}`}>{formatCount(batch.rowsRejected)}</td>
      <td class="number wide-only">{seconds === null ? "–" : formatDuration(seconds)}</td>
      <td class="number muted wide-only">
        <time dateTime={batch.startedAt} title={formatDateTime(batch.startedAt)}>
          {formatAgo(batch.startedAt)}
        </time>
      </td>
    </tr>
  );
}
