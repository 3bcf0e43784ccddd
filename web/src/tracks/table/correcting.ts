/** Correct many tracks in one request, or put them back as they were. */

import type { Client, CombinedError } from "@urql/core";
import { CLEAR_MANY, CORRECT_MANY, type TrackRow } from "./operations";

interface Corrected {
  /** The tracks that changed, as they are now. */
  tracks: readonly TrackRow[];
  error?: CombinedError;
}

/** Give all tracks a genre; null confirms the one that each has. */
export function correct(
  client: Client,
  tracks: readonly TrackRow[],
  genre: string | null,
): Promise<Corrected> {
  return send(
    client,
    tracks.map((track) => ({ trackId: track.trackId, genre: genre ?? track.genre })),
  );
}

/** Give tracks back their earlier corrections, or none. */
export async function restore(client: Client, before: readonly TrackRow[]): Promise<Corrected> {
  const corrections = before
    .filter(({ correctedGenre }) => correctedGenre !== null)
    // The genre may have been known from these tracks alone.
    .map(({ trackId, genre }) => ({ trackId, genre, newGenre: true }));
  const given = corrections.length > 0 ? await send(client, corrections) : { tracks: [] };
  const trackIds = before
    .filter(({ correctedGenre }) => correctedGenre === null)
    .map(({ trackId }) => trackId);
  if (given.error || trackIds.length === 0) return given;
  const { data, error } = await client.mutation(CLEAR_MANY, { trackIds }).toPromise();
  return { tracks: [...given.tracks, ...(data?.clearCorrections ?? [])], error };
}

async function send(
  client: Client,
  corrections: { trackId: string; genre: string; newGenre?: boolean }[],
): Promise<Corrected> {
  const { data, error } = await client.mutation(CORRECT_MANY, { corrections }).toPromise();
  return { tracks: data?.correctGenres ?? [], error };
}
