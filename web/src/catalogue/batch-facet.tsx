/** The batch that the catalogue is narrowed to. */

import { useQuery } from "@urql/preact";
import { linkTo } from "../frame/route";
import { Icon } from "../ui/icons";
import { type Filter, linkToFilter } from "./filter";
import { BATCH_NAME } from "./operations";

export function BatchFacet({ id, filter }: { id: string; filter: Filter }) {
  const [{ data }] = useQuery({ query: BATCH_NAME, variables: { id }, requestPolicy: "cache-first" });
  return (
    <section>
      <h3>Batch</h3>
      <p class="batch-facet">
        <a href={linkTo("batches", id)}>{data?.batch?.fileName ?? "This batch"}</a>
        <a class="button quiet" href={linkToFilter({ ...filter, batchId: null })}>
          <Icon name="close" />
          <span class="hidden">All batches</span>
        </a>
      </p>
    </section>
  );
}
