/** The catalogue: one table of all tracks, narrowed by what the address says. */

import { useQuery } from "@urql/preact";
import { linkTo } from "../frame/route";
import { AsGraphQL } from "../ui/as-graphql";
import { plural } from "../ui/format";
import { Icon } from "../ui/icons";
import { Card, Heading } from "../ui/layout";
import { Empty, FailedNotice, Skeleton } from "../ui/notices";
import { Facets } from "./facets";
import { argumentsOf, type Filter } from "./filter";
import { Found } from "./found";
import { GENRES, TRACKS } from "./operations";
import "./catalogue.css";

export default function CatalogueView({ filter }: { filter: Filter }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: GENRES });
  const genres = data?.genres ?? [];
  const total = genres.reduce((sum, { trackCount }) => sum + trackCount, 0);
  const lead = total ? `${plural(total, "track")} in ${plural(genres.length, "genre")}` : "Nothing here yet";
  const variables = { ...argumentsOf(filter), orderBy: filter.sort.column, first: 100 };
  return (
    <>
      <Heading title="Catalogue" lead={data && lead}>
        {total > 0 && (
          <a class="button" href={linkTo("review")}>
            <Icon name="listen" />
            Review
          </a>
        )}
        <AsGraphQL operation={TRACKS} variables={variables} />
      </Heading>
      {error && !data && (
        <FailedNotice error={error} retry={() => refetch({ requestPolicy: "network-only" })} />
      )}
      {fetching && !data && (
        <Card>
          <Skeleton lines={8} />
        </Card>
      )}
      {data && total === 0 && (
        <Card>
          <Empty icon="music" title="No tracks classified yet">
            <a class="button primary" href="#/">
              Classify a file
            </a>
          </Empty>
        </Card>
      )}
      {total > 0 && (
        <div class="columns catalogue">
          <Facets filter={filter} genres={genres} total={total} />
          <Found filter={filter} />
        </div>
      )}
    </>
  );
}
