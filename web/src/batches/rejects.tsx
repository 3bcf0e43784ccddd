/** The rejected rows of a batch, with the reason for each. */

import { useClient } from "@urql/preact";
import { AsGraphQL } from "../ui/as-graphql";
import { formatCount } from "../ui/format";
import { FailedNotice } from "../ui/notices";
import { usePages } from "../ui/pages";
import { ShowMore } from "../ui/show-more";
import { TableScroll } from "../ui/table-scroll";
import { fetchRejects, type Reject } from "./fetch-rejects";
import { REJECTS } from "./operations";
import { RejectDownloads } from "./reject-downloads";
import type { BatchResultProps } from "./result";

const PAGE_ROWS = 50;

export function Rejects({ batch, file }: BatchResultProps) {
  const client = useClient();
  const pages = usePages<Reject>(batch.id, (after) => fetchRejects(client, batch.id, PAGE_ROWS, after));
  return (
    <section>
      <header class="section-head">
        <h3>Rejected rows</h3>
        <AsGraphQL operation={REJECTS} variables={{ id: batch.id, first: 100 }} />
      </header>
      <RejectDownloads batch={batch} file={file} />
      {pages.error && <FailedNotice error={pages.error} retry={pages.reload} />}
      <TableScroll label="Rejected rows">
        <table class="rejects">
          <thead>
            <tr>
              <th scope="col" class="number">
                Line
              </th>
              <th scope="col">Column</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {pages.rows.map((reject) => (
              <RejectRow key={reject.line} reject={reject} />
            ))}
          </tbody>
        </table>
        <ShowMore pages={pages} />
      </TableScroll>
    </section>
  );
}

function RejectRow({ reject: { line, column, message, code, trackId } }: { reject: Reject }) {
  return (
    <tr>
      <td class="number">{formatCount(line)}</td>
      <td>{column ? <code>{column}</code> : <span class="muted">whole row</span>}</td>
      <td>
        {message}
        <small>
          {code.toLowerCase().replaceAll("_", " ")}
          {trackId && ` · track ${trackId}`}
        </small>
      </td>
    </tr>
  );
}
