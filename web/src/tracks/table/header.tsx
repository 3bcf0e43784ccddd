/** The head of the table; a click on a column sorts by it, another one the other way around. */

import { COLUMNS, type Column, type Sort, toggled } from "./sort";

const NAMES: Record<Column, string> = { TITLE: "Title", GENRE: "Genre", CONFIDENCE: "Confidence" };

export function Header({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  return (
    <div role="rowgroup" class="tracks-head">
      <div role="row" aria-rowindex={1}>
        <div role="columnheader" class="pick">
          <span class="hidden">Select</span>
        </div>
        {COLUMNS.map((column) => (
          <div
            key={column}
            role="columnheader"
            class={column.toLowerCase()}
            aria-sort={sort.column !== column ? "none" : sort.isDescending ? "descending" : "ascending"}
          >
            <button type="button" onClick={() => onSort(toggled(sort, column))}>
              {NAMES[column]}
              <span class="arrow" aria-hidden="true">
                {sort.column === column && (sort.isDescending ? "↓" : "↑")}
              </span>
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}
