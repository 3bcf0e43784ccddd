/** Every batch, newest first. */

import { useClient } from "@urql/preact";
import { AsGraphQL } from "../ui/as-graphql";
import { Card, Heading } from "../ui/layout";
import { Empty, FailedNotice, Skeleton } from "../ui/notices";
import { usePages } from "../ui/pages";
import { ShowMore } from "../ui/show-more";
import type { BatchCounts } from "./follow";
import { BATCHES } from "./operations";
import { BatchTable } from "./table";

const PAGE_ROWS = 30;

export function BatchesView() {
  const client = useClient();
  const pages = usePages<BatchCounts>("batches", async (after) => {
    const variables = { first: PAGE_ROWS, after };
    const { data, error } = await client
      .query(BATCHES, variables, { requestPolicy: "network-only" })
      .toPromise();
    return { page: data?.batches, error };
  });
  const isEmpty = pages.rows.length === 0;
  return (
    <>
      <Heading title="Batches" lead="Every file you uploaded, newest first">
        <AsGraphQL operation={BATCHES} variables={{ first: 20 }} />
      </Heading>
      {pages.error && <FailedNotice error={pages.error} retry={pages.reload} />}
      <Card>
        {!isEmpty && <BatchTable batches={pages.rows} />}
        {pages.isLoading && isEmpty && <Skeleton lines={6} />}
        {!pages.isLoading && !pages.error && isEmpty && (
          <Empty icon="history" title="No files uploaded yet">
            <a class="button primary" href="#/">
              Classify a file
            </a>
          </Empty>
        )}
        <ShowMore pages={pages} />
      </Card>
    </>
  );
}
