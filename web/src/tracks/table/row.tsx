/** One track of the table. What a person said counts: then the model's confidence is not shown. */

import { linkTo } from "../../frame/route";
import { GenreName } from "../../genres/genre-name";
import { formatPercent } from "../../ui/format";
import type { TrackRow } from "./operations";

interface RowProps {
  track: TrackRow;
  index: number;
  top: number;
  isActive: boolean;
  isSelected: boolean;
  onSelect: (index: number, isRange: boolean) => void;
  onFocus: (index: number) => void;
}

export function Row({ track, index, top, isActive, isSelected, onSelect, onFocus }: RowProps) {
  const title = track.title || "Untitled";
  const tabIndex = isActive ? 0 : -1;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      class={index % 2 ? "odd" : ""}
      style={{ transform: `translateY(${top}px)` }}
      data-index={index}
      onFocusIn={() => onFocus(index)}
    >
      <div role="gridcell" class="pick">
        <input
          type="checkbox"
          tabIndex={tabIndex}
          aria-label={`Select ${title}`}
          ref={(box) => {
            if (box) box.checked = isSelected; // a click that selects nothing more changes it, too
          }}
          onClick={(event) => onSelect(index, event.shiftKey)}
        />
      </div>
      <div role="gridcell" class="title">
        <a href={linkTo("tracks", track.trackId)} tabIndex={tabIndex} title={title}>
          {title}
        </a>
      </div>
      <div role="gridcell" class="genre">
        <GenreName genre={track.genre} />
      </div>
      <div role="gridcell" class="confidence">
        <Confidence track={track} />
      </div>
    </div>
  );
}

function Confidence({
  track: { correctedGenre, predictedGenre, confidence, uncertain },
}: {
  track: TrackRow;
}) {
  if (correctedGenre !== null) {
    const isConfirmed = correctedGenre === predictedGenre;
    const title = isConfirmed ? "A person confirmed it" : `The model said ${predictedGenre}`;
    return (
      <span class="badge good" title={title}>
        {isConfirmed ? "confirmed" : "corrected"}
      </span>
    );
  }
  return (
    <>
      {uncertain && <span class="badge waiting">uncertain</span>}
      <span class="share">{formatPercent(confidence)}</span>
    </>
  );
}
