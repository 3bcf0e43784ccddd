/** The genres that are known so far, and their looks. */

import { useStore } from "@nanostores/preact";
import { useQuery } from "@urql/preact";
import { atom, computed } from "nanostores";
import { useEffect } from "preact/hooks";
import { roles } from "../api/roles";
import { type Look, looksOf, PLAIN } from "./looks";
import { GENRE_NAMES } from "./operations";

interface Known {
  ofModel: readonly string[];
  others: readonly string[];
}

const known = atom<Known>({ ofModel: [], others: [] });
const looks = computed(known, ({ ofModel, others }) => looksOf(ofModel, others));

/** Every genre that a track can be given without teaching a new one, by name. */
export const genreNames = computed(known, ({ ofModel, others }) =>
  [...new Set([...ofModel, ...others])].sort((a, b) => a.localeCompare(b)),
);

/** Keep the genres up to date while somebody is signed in. */
export function useKnownGenres(): void {
  const [{ data }] = useQuery({ query: GENRE_NAMES });
  useEffect(() => {
    if (!data) return;
    const ofModel = data.model.genres;
    const others = data.genres.map(({ name }) => name).filter((name) => !ofModel.includes(name));
    known.set({ ofModel, others });
    roles.set(data.viewer.roles);
  }, [data]);
}

/** A genre that was only just taught joins the others. */
function learn(name: string): void {
  const { ofModel, others } = known.get();
  if (ofModel.length > 0 && !looks.get().has(name)) known.set({ ofModel, others: [...others, name] });
}

export function useLook(name: string): Look {
  const look = useStore(looks).get(name);
  const isReady = useStore(known).ofModel.length > 0;
  useEffect(() => {
    if (isReady && !look) learn(name);
  }, [name, look, isReady]);
  return look ?? PLAIN;
}
