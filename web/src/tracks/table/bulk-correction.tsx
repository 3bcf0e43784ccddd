/** Correct or confirm the selected tracks together, and undo that exactly. */

import { useStore } from "@nanostores/preact";
import { type CombinedError, useClient } from "@urql/preact";
import { useState } from "preact/hooks";
import { problemOf } from "../../api/errors";
import { genreNames } from "../../genres/known";
import { Button } from "../../ui/button";
import { formatCount, plural } from "../../ui/format";
import { Icon } from "../../ui/icons";
import { ProblemNotice } from "../../ui/notices";
import { correct, restore } from "./correcting";
import type { TrackRow } from "./operations";
import { MAX_SELECTED, type Selection } from "./selection";

interface BulkCorrectionProps {
  selection: Selection;
  onCorrected: (tracks: readonly TrackRow[]) => void;
}

interface Done {
  text: string;
  /** The tracks as they were. */
  before: readonly TrackRow[];
}

export function BulkCorrection({ selection, onCorrected }: BulkCorrectionProps) {
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const [done, setDone] = useState<Done | null>(null);
  const tracks = [...selection.rows.values()];

  async function run(request: ReturnType<typeof correct>, after: () => void): Promise<void> {
    setBusy(true);
    const { tracks: corrected, error } = await request;
    setBusy(false);
    setError(error);
    onCorrected(corrected);
    if (!error) after();
  }

  function give(genre: string | null): void {
    const text =
      genre === null
        ? `${plural(tracks.length, "track")} confirmed.`
        : `${plural(tracks.length, "track")}: ${genre}.`;
    void run(correct(client, tracks, genre), () => {
      setDone({ text, before: tracks });
      selection.clear();
    });
  }

  function undo({ before }: Done): void {
    void run(restore(client, before), () => setDone({ text: "Undone.", before: [] }));
  }

  const names = unknownTracks(error, tracks);
  return (
    <div class="bulk">
      {tracks.length > 0 && <Bar count={tracks.length} isBusy={isBusy} selection={selection} give={give} />}
      {error && (
        <ProblemNotice
          problem={{ ...problemOf(error), ...(names.length > 0 && { items: names.map(titleOf) }) }}
        >
          {names.length > 0 && (
            <Button
              onClick={() => {
                selection.drop(names.map(({ trackId }) => trackId));
                setError(undefined);
              }}
            >
              Deselect {plural(names.length, "track")}
            </Button>
          )}
        </ProblemNotice>
      )}
      <p role="status" class="said">
        {done && tracks.length === 0 && (
          <>
            <Icon name="check" />
            {done.text}
          </>
        )}
        {done && tracks.length === 0 && done.before.length > 0 && (
          <Button kind="quiet" icon="undo" disabled={isBusy} onClick={() => undo(done)}>
            Undo
          </Button>
        )}
      </p>
    </div>
  );
}

interface BarProps {
  count: number;
  isBusy: boolean;
  selection: Selection;
  /** Null confirms the genre that each track has. */
  give: (genre: string | null) => void;
}

function Bar({ count, isBusy, selection, give }: BarProps) {
  const names = useStore(genreNames);
  const [chosen, setChosen] = useState("");
  return (
    <fieldset class="bulk-bar" aria-label="Selected tracks">
      <span role="status">
        {formatCount(count)} selected{selection.isFull && `, the most at once (${formatCount(MAX_SELECTED)})`}
      </span>
      <label>
        <span class="hidden">Genre for the selected tracks</span>
        <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          <option value="">Choose a genre</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Button kind="primary" icon="pen" disabled={isBusy || !chosen} onClick={() => give(chosen)}>
        Correct
      </Button>
      <Button icon="check" disabled={isBusy} onClick={() => give(null)}>
        Confirm
      </Button>
      <Button kind="quiet" icon="close" disabled={isBusy} onClick={selection.clear}>
        Clear
      </Button>
    </fieldset>
  );
}

/** The tracks that an error names. */
function unknownTracks(error: CombinedError | undefined, tracks: readonly TrackRow[]): TrackRow[] {
  const { trackIds } = (error?.graphQLErrors[0]?.extensions ?? {}) as { trackIds?: string[] };
  const named = new Set(trackIds);
  return tracks.filter(({ trackId }) => named.has(trackId));
}

function titleOf({ title, trackId }: TrackRow): string {
  return title ? `${title} (${trackId})` : trackId;
}
