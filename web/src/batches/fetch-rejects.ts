/** Fetch the rejected rows of a batch: a page of them, or all. */

import type { Client, CombinedError } from "@urql/core";
import { problemOf } from "../api/errors";
import type { ResultOf } from "../api/graphql";
import type { Page } from "../ui/pages";
import { REJECTS } from "./operations";

export type Reject = NonNullable<ResultOf<typeof REJECTS>["batch"]>["rejects"]["nodes"][number];

const MAX_PAGE_ROWS = 1_000;

interface RejectPage {
  page?: Page<Reject>;
  error?: CombinedError;
}

export async function fetchRejects(
  client: Client,
  id: string,
  first: number,
  after: string | null,
): Promise<RejectPage> {
  const { data, error } = await client
    .query(REJECTS, { id, first, after }, { requestPolicy: "network-only" })
    .toPromise();
  return { page: data?.batch?.rejects, error };
}

export async function fetchAllRejects(client: Client, id: string): Promise<Reject[]> {
  const rejects: Reject[] = [];
  let after: string | null = null;
  for (;;) {
    const { page, error }: RejectPage = await fetchRejects(client, id, MAX_PAGE_ROWS, after);
    if (error) throw new Error(problemOf(error).title);
    if (!page) throw new Error("The batch no longer exists.");
    rejects.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return rejects;
    after = page.pageInfo.endCursor;
  }
}
