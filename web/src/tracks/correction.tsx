/** Confirm the genre of a track, correct it, or take the correction back. */

import { useStore } from "@nanostores/preact";
import { useMutation } from "@urql/preact";
import { useRef, useState } from "preact/hooks";
import { problemOf } from "../api/errors";
import { genreNames } from "../genres/known";
import { Button } from "../ui/button";
import { Icon } from "../ui/icons";
import { Card } from "../ui/layout";
import { ProblemNotice } from "../ui/notices";
import { CLEAR_CORRECTION, CORRECT } from "./operations";
import type { Track } from "./view";

export function Correction({ track, reload }: { track: Track; reload: () => void }) {
  const names = useStore(genreNames);
  const [correcting, correct] = useMutation(CORRECT);
  const [clearing, clear] = useMutation(CLEAR_CORRECTION);
  const [chosen, setChosen] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const error = correcting.error ?? clearing.error;
  const isBusy = correcting.fetching || clearing.fetching;
  const value = chosen ?? track.genre;
  const field = useRef<HTMLSelectElement>(null);

  async function run(request: Promise<{ error?: unknown }>, message: string): Promise<void> {
    if ((await request).error) return;
    setSaid(message);
    setChosen(null);
    field.current?.focus(); // the button that was pressed is disabled or removed
    reload();
  }

  function save(event: SubmitEvent): void {
    event.preventDefault();
    void run(correct({ trackId: track.trackId, genre: value }), `Saved: ${value}.`);
  }

  return (
    <Card title="Is it right?" hint="Your answer is used from now on; the prediction is kept beside it">
      <form class="inline-form" onSubmit={save}>
        <label>
          <span class="hidden">Genre</span>
          <select ref={field} value={value} onChange={(event) => setChosen(event.currentTarget.value)}>
            {(names.length > 0 ? names : [track.genre]).map((genre) => (
              <option key={genre} value={genre}>
                {genre}
              </option>
            ))}
          </select>
        </label>
        <Button kind="primary" icon="pen" type="submit" disabled={isBusy || value === track.correctedGenre}>
          {value === track.genre ? "Confirm genre" : "Correct genre"}
        </Button>
        {track.correctedGenre && (
          <Button
            kind="quiet"
            icon="undo"
            disabled={isBusy}
            onClick={() => run(clear({ trackId: track.trackId }), "Correction removed.")}
          >
            Remove
          </Button>
        )}
      </form>
      {error && <ProblemNotice problem={problemOf(error)} />}
      <p role="status" class="said">
        {said && (
          <>
            <Icon name="check" />
            {said}
          </>
        )}
      </p>
    </Card>
  );
}
