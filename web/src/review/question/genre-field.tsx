/** Answer with any other genre: type a part of its name, or a new name. */

import { useStore } from "@nanostores/preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { GenreName } from "../../genres/genre-name";
import { KeyCap } from "../key-cap";
import { useReview } from "../review";

const MAX_OPTIONS = 8;
const MAX_GENRE_LENGTH = 100;

interface Option {
  genre: string;
  isNew: boolean;
}

interface GenreFieldProps {
  /** What a shortcut typed; null while the field is closed. */
  typed: string | null;
  open: (text: string) => void;
  close: () => void;
}

export function GenreField({ typed, open, close }: GenreFieldProps) {
  const { session, lessons } = useReview();
  const genres = useStore(lessons.genres);
  const input = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState(0);
  const id = useId();
  const options = typed === null ? [] : optionsFor(typed, genres);
  const chosen = options[Math.min(active, options.length - 1)];

  const isOpen = typed !== null;
  useEffect(() => {
    if (isOpen && document.activeElement !== input.current) input.current?.focus();
  }, [isOpen]);

  function choose(option: Option | undefined): void {
    if (!option) return;
    close();
    session.answer(option.genre, option.isNew);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length > 0) setActive((active + step + options.length) % options.length);
    else if (event.key === "Enter") choose(chosen);
    else if (event.key === "Escape") {
      close();
      input.current?.closest<HTMLElement>(".question")?.querySelector<HTMLElement>("h2")?.focus();
    } else return;
    event.preventDefault();
  }

  return (
    <div class="genre-field">
      <label>
        <span>
          <KeyCap>/</KeyCap> Another genre
        </span>
        <input
          ref={input}
          role="combobox"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={MAX_GENRE_LENGTH}
          placeholder="Type to search, or add a new one"
          aria-expanded={options.length > 0}
          aria-controls={`${id}-options`}
          aria-activedescendant={chosen && `${id}-${options.indexOf(chosen)}`}
          value={typed ?? ""}
          onFocus={() => typed === null && open("")}
          onBlur={close}
          onInput={(event) => {
            setActive(0);
            open(event.currentTarget.value);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <div
        id={`${id}-options`}
        role="listbox"
        aria-label="Genres"
        class="options"
        hidden={options.length === 0}
      >
        {options.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
          <div
            key={option.genre}
            id={`${id}-${index}`}
            role="option"
            aria-selected={option === chosen}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(option)}
          >
            {option.isNew ? `Add “${option.genre}” as a new genre` : <GenreName genre={option.genre} />}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Genres with a word that starts with the text, then those that contain it, then a new one. */
function optionsFor(text: string, genres: readonly string[]): Option[] {
  const wanted = text.trim().toLowerCase();
  const ranked = genres
    .map((genre) => ({ genre, rank: rankOf(genre.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX_OPTIONS)
    .map(({ genre }) => ({ genre, isNew: false }));
  const isKnown = genres.some((genre) => genre.toLowerCase() === wanted);
  return wanted && !isKnown ? [...ranked, { genre: text.trim(), isNew: true }] : ranked;
}

function rankOf(genre: string, wanted: string): number {
  if (genre.split(/[\s&/-]+/).some((word) => word.startsWith(wanted)) || genre.startsWith(wanted)) return 0;
  return genre.includes(wanted) ? 1 : 2;
}
