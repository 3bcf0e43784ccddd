/**
 * A table of any number of tracks: it loads pages as it scrolls and draws only the rows in view.
 *
 * CSS places the rows, and a table of HTML would lose its meaning by that; so it is a grid of
 * roles, which `biome.json` allows here.
 */

import { useStore } from "@nanostores/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { changes } from "../../api/other-tabs";
import { useRole } from "../../api/roles";
import { FailedNotice, Skeleton } from "../../ui/notices";
import type { Pages } from "../../ui/pages";
import { BulkCorrection } from "./bulk-correction";
import { Header } from "./header";
import { onTableKey } from "./keys";
import type { TrackRow } from "./operations";
import { Row } from "./row";
import { useSelection } from "./selection";
import type { Sort } from "./sort";
import { useMedia } from "./use-media";
import { useVirtualRows } from "./virtual-rows";
import "./table.css";

/** As in table.css. */
const ROW_HEIGHT = 44;
const PHONE_ROW_HEIGHT = 62;
const LOAD_AHEAD_ROWS = 30;

interface TrackTableProps {
  label: string;
  pages: Pages<TrackRow>;
  /** How many tracks the list has, once that is known. */
  total: number | undefined;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function TrackTable({ label, pages, total, sort, onSort }: TrackTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [corrected, setCorrected] = useState<ReadonlyMap<string, TrackRow>>(new Map());
  const rows = pages.rows.map((row) => corrected.get(row.trackId) ?? row);
  const selection = useSelection(rows);
  const mayCorrect = useRole("REVIEWER");
  const changed = useStore(changes); // elsewhere, so the rows are fetched again
  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` is only a signal
  useEffect(() => setCorrected(new Map()), [changed]);
  const rowHeight = useMedia("(max-width: 640px)") ? PHONE_ROW_HEIGHT : ROW_HEIGHT;
  const virtual = useVirtualRows({ scroller, count: rows.length, rowHeight, kept: active });
  const drawn = virtual.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  const isNearEnd = rows.length > 0 && last >= rows.length - LOAD_AHEAD_ROWS;
  useEffect(() => {
    if (isNearEnd && !pages.isLoading) pages.loadMore();
  });

  function moveTo(index: number): void {
    const isLink = document.activeElement?.matches("a");
    setActive(index);
    virtual.scrollToIndex(index);
    // The row may be drawn only now.
    requestAnimationFrame(() => focusRow(scroller.current, index, isLink ? "a" : "input"));
  }

  return (
    <>
      {pages.error && <FailedNotice error={pages.error} retry={pages.reload} />}
      {pages.isLoading && rows.length === 0 && <Skeleton lines={8} />}
      {rows.length > 0 && (
        <div ref={scroller} class="track-scroll">
          <div
            role="grid"
            class="tracks"
            aria-label={label}
            aria-multiselectable="true"
            aria-rowcount={total === undefined ? -1 : total + 1}
            aria-busy={pages.isLoading}
          >
            <Header sort={sort} onSort={onSort} />
            <div
              role="rowgroup"
              class="tracks-body"
              style={{ height: `${virtual.getTotalSize()}px` }}
              onKeyDown={(event) => onTableKey(event, { count: rows.length, active, selection, moveTo })}
            >
              {drawn.map(({ index, start }) => (
                <Row
                  key={rows[index]!.trackId}
                  track={rows[index]!}
                  index={index}
                  top={start}
                  isActive={index === Math.min(active, rows.length - 1)}
                  isSelected={selection.rows.has(rows[index]!.trackId)}
                  onSelect={selection.toggle}
                  onFocus={setActive}
                />
              ))}
            </div>
          </div>
        </div>
      )}
      {mayCorrect && (
        <BulkCorrection
          selection={selection}
          onCorrected={(tracks) =>
            setCorrected(
              (before) => new Map([...before, ...tracks.map((track) => [track.trackId, track] as const)]),
            )
          }
        />
      )}
    </>
  );
}

function focusRow(scroller: HTMLElement | null, index: number, control: string): void {
  scroller?.querySelector<HTMLElement>(`[data-index="${index}"] ${control}`)?.focus({ preventScroll: true });
}
