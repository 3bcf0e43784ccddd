/** A genre with its colour; the name is always there, so the colour is never alone. */

import { useLook } from "./known";

export function GenreName({ genre }: { genre: string }) {
  return (
    <span class="genre-name">
      <Swatch genre={genre} />
      <span class="genre-text">{genre}</span>
    </span>
  );
}

export function Swatch({ genre }: { genre: string }) {
  const { classes, letter } = useLook(genre);
  return (
    <span class={`swatch ${classes}`} aria-hidden="true">
      {letter}
    </span>
  );
}
