/** Ways to narrow the catalogue, with the number of tracks behind each. */

import type { ComponentChildren } from "preact";
import { useMedia } from "../tracks/table/use-media";
import { Bars, genreBar } from "../ui/bars";
import { formatCount, formatPercent } from "../ui/format";
import { Icon } from "../ui/icons";
import { Card } from "../ui/layout";
import { BatchFacet } from "./batch-facet";
import { ConfidenceFacet } from "./confidence-facet";
import { useCounts } from "./counts";
import { type Filter, linkToFilter, NO_FILTER } from "./filter";

interface FacetsProps {
  filter: Filter;
  genres: readonly { name: string; trackCount: number }[];
  /** Tracks in the whole catalogue. */
  total: number;
}

export function Facets({ filter, genres, total }: FacetsProps) {
  const isNarrow = useMedia("(max-width: 820px)");
  return (
    <Card class="facets">
      <details open={!isNarrow} key={String(isNarrow)}>
        <summary>Narrow down</summary>
        <Answers filter={filter} />
        <ConfidenceFacet key={`${filter.least}-${filter.most}`} filter={filter} />
        {filter.batchId && <BatchFacet id={filter.batchId} filter={filter} />}
        <section>
          <h3>Genre</h3>
          <Bars
            label="Tracks by genre"
            bars={[...genres]
              .sort((a, b) => b.trackCount - a.trackCount)
              .map(({ name, trackCount }) =>
                genreBar(
                  name,
                  trackCount,
                  `${formatCount(trackCount)} · ${formatPercent(trackCount / total)}`,
                  {
                    href: linkToFilter({ ...filter, genre: name === filter.genre ? null : name }),
                    isCurrent: name === filter.genre,
                  },
                ),
              )}
          />
        </section>
        <a class="button quiet" href={linkToFilter({ ...NO_FILTER, sort: filter.sort })}>
          <Icon name="close" />
          Show all tracks
        </a>
      </details>
    </Card>
  );
}

function Answers({ filter }: { filter: Filter }) {
  const counts = useCounts(filter);
  const { uncertain, corrected } = filter;
  return (
    <>
      <Choices name="The model is">
        <Choice
          filter={filter}
          change={{ uncertain: true }}
          isOn={uncertain === true}
          count={counts.uncertain}
        >
          uncertain
        </Choice>
        <Choice
          filter={filter}
          change={{ uncertain: false }}
          isOn={uncertain === false}
          count={counts.certain}
        >
          certain
        </Choice>
      </Choices>
      <Choices name="A person has">
        <Choice
          filter={filter}
          change={{ corrected: true }}
          isOn={corrected === true}
          count={counts.corrected}
        >
          answered
        </Choice>
        <Choice
          filter={filter}
          change={{ corrected: false }}
          isOn={corrected === false}
          count={counts.uncorrected}
        >
          not answered
        </Choice>
      </Choices>
    </>
  );
}

function Choices({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <section>
      <h3>{name}</h3>
      <ul class="choices-list">{children}</ul>
    </section>
  );
}

interface ChoiceProps {
  filter: Filter;
  change: Partial<Filter>;
  isOn: boolean;
  count: number | undefined;
  children: string;
}

/** A second click takes the choice back. */
function Choice({ filter, change, isOn, count, children }: ChoiceProps) {
  const off = Object.fromEntries(Object.keys(change).map((name) => [name, null]));
  return (
    <li>
      <a
        class="facet"
        href={linkToFilter({ ...filter, ...(isOn ? off : change) })}
        aria-current={isOn ? "true" : undefined}
      >
        <span>{children}</span>
        {count !== undefined && <span class="numbers">{formatCount(count)}</span>}
      </a>
    </li>
  );
}
