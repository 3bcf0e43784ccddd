/**
 * Which colour a genre has: a function of the names of all genres, so every page and every person
 * sees the same, though no genre is known in advance.
 *
 * A hash ranks the colours for each genre. Genres ask for their colours in that order, and one that
 * two want goes to the genre that the hash prefers; the other asks for its next (the stable matching
 * of Gale and Shapley, whose result does not depend on who asks first). The model's genres choose
 * before those that people added, so teaching a genre moves none of them. A new model with a ninth
 * genre changes 0.7 of eight colours on average; by position in the alphabet, it would change four.
 * Beyond the colours, genres repeat them with a pattern, and beyond the patterns they show a letter.
 */

export const COLOURS = 12;
const PATTERNS = ["", "striped", "barred"] as const;

/** Of a genre that is not known yet. */
export const PLAIN: Look = { classes: "genre-none lettered", letter: null };

export interface Look {
  /** Classes that set the colour, as `--genre`, and the pattern. */
  classes: string;
  letter: string | null;
}

/** The look of each of the model's genres and of the others. */
export function looksOf(ofModel: Iterable<string>, others: Iterable<string> = []): Map<string, Look> {
  const looks = new Map<string, Look>();
  const tiers = [new Set(ofModel), new Set(others)].map((names) => [...names].sort());
  for (const pattern of PATTERNS) {
    const free = new Set(Array.from({ length: COLOURS }, (_, colour) => colour));
    for (const tier of tiers) {
      const waiting = tier.filter((name) => !looks.has(name));
      for (const [name, colour] of matchColours(waiting, free)) {
        free.delete(colour);
        looks.set(name, { classes: `genre-${colour} ${pattern}`.trim(), letter: null });
      }
    }
  }
  for (const name of tiers.flat()) {
    if (!looks.has(name)) looks.set(name, { ...PLAIN, letter: name.slice(0, 1).toUpperCase() });
  }
  return looks;
}

/** Match as many names with free colours as possible. */
function matchColours(names: readonly string[], free: ReadonlySet<number>): Map<string, number> {
  const owners = new Map<number, string>();
  const wishes = new Map(names.map((name) => [name, wishesOf(name).values()]));
  const asking = [...names];
  for (let name = asking.pop(); name !== undefined; name = asking.pop()) {
    const wish = wishes.get(name)!.next().value;
    if (wish === undefined) continue; // every colour has another owner
    const owner = owners.get(wish);
    const isPreferred = owner === undefined || hash(`${name}/${wish}`) > hash(`${owner}/${wish}`);
    const isRefused = !free.has(wish) || !isPreferred;
    if (!isRefused) owners.set(wish, name);
    const next = isRefused ? name : owner;
    if (next !== undefined) asking.push(next);
  }
  return new Map([...owners].map(([colour, name]) => [name, colour]));
}

/** The colours in the order in which a genre wants them. */
function wishesOf(name: string): number[] {
  const scores = Array.from({ length: COLOURS }, (_, colour) => hash(`${name}/${colour}`));
  return scores.map((_, colour) => colour).sort((a, b) => scores[b]! - scores[a]!);
}

/** FNV-1a, then the finaliser of MurmurHash3, so that similar texts get unlike numbers. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
