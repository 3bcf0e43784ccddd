/** The catalogue: genres as bars; choosing one lists its titles. */

import { useQuery } from "@urql/preact";
import { linkTo } from "../frame/route";
import { AsGraphQL } from "../ui/as-graphql";
import { Bars } from "../ui/bars";
import { formatCount, formatPercent, plural } from "../ui/format";
import { Icon } from "../ui/icons";
import { Card, Heading } from "../ui/layout";
import { Empty, FailedNotice, Skeleton } from "../ui/notices";
import { GENRES } from "./operations";
import { Titles } from "./titles";

interface CatalogueProps {
  genre: string | undefined;
  search: string;
}

export function CatalogueView({ genre, search }: CatalogueProps) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: GENRES });
  const genres = [...(data?.genres ?? [])].sort((a, b) => b.trackCount - a.trackCount);
  const total = genres.reduce((sum, { trackCount }) => sum + trackCount, 0);
  const lead = total ? `${plural(total, "track")} in ${plural(genres.length, "genre")}` : "Nothing here yet";
  return (
    <>
      <Heading title="Catalogue" lead={data && lead}>
        {total > 0 && (
          <a class="button" href={linkTo("review")}>
            <Icon name="listen" />
            Review
          </a>
        )}
        <AsGraphQL operation={GENRES} />
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
        <div class={`columns catalogue ${genre ? "has-titles" : ""}`}>
          <Card title="Genres" hint="Choose one to see its titles">
            <Bars
              label="Tracks by genre"
              bars={genres.map(({ name, trackCount }) => ({
                key: name,
                label: name,
                value: trackCount,
                text: `${formatCount(trackCount)} · ${formatPercent(trackCount / total)}`,
                href: linkTo("catalogue", name),
                isCurrent: name === genre,
              }))}
            />
          </Card>
          {genre ? (
            <Titles key={genre} genre={genre} initialSearch={search} />
          ) : (
            <Card class="placeholder">
              <Empty icon="chart" title="Choose a genre">
                Search its titles here and correct them.
              </Empty>
            </Card>
          )}
        </div>
      )}
    </>
  );
}
