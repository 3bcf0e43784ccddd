"""Spell stems of lyric words as people write them: "gypsi" is "gypsy"."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

_SPELLINGS = Path(__file__).with_name("spellings.txt")


def spell_words(stems: Iterable[str]) -> list[str]:
    """Return each word once, in the same order; unknown stems stay as they are."""
    spellings = _read_spellings()
    words = (stem.strip() for stem in stems)
    return list(dict.fromkeys(spellings.get(word.lower(), word) for word in words if word))


@cache
def _read_spellings() -> Mapping[str, str]:
    lines = _SPELLINGS.read_text(encoding="ascii").splitlines()
    return dict(line.split(" ") for line in lines)
