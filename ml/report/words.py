"""How many of the words of tracks the model knows, and which it does not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.model.reasons import WORD_PREFIX
from ml.model.vocabulary import split_tracks
from ml.model.words import normalise_word
from ml.track import TrackTable

SHOWN_WORDS = 30


@dataclass(frozen=True, slots=True)
class WordCoverage:
    """The words of some tracks; a word counts as often as it is written.

    Attributes
    ----------
    written, known : int
        Words in all, and those that the model knows.
    distinct, distinct_known : int
    without : int
        Tracks none of whose words is known.
    per_track : float
        Median of known words.
    unknown : sequence of (str, int)
        The words that the model does not know in most tracks, with the number of tracks.
    """

    written: int
    known: int
    distinct: int
    distinct_known: int
    without: int
    per_track: float
    unknown: Sequence[tuple[str, int]]


def cover_words(tracks: TrackTable, feature_names: Sequence[str]) -> WordCoverage | None:
    """Look up the words of tags and titles; None if the model looks at no words."""
    words = {name.removeprefix(WORD_PREFIX) for name in feature_names if _is_word(name)}
    if not words:
        return None
    found = split_tracks(tracks)
    encoded = found.words.dictionary_encode()
    spellings = encoded.dictionary.to_pylist()
    forms = [normalise_word(spelling) for spelling in spellings]
    codes = np.asarray(encoded.indices)
    is_word = np.array([form != "" for form in forms], dtype=np.bool_)[codes]
    is_known = np.array([form in words for form in forms], dtype=np.bool_)[codes]
    per_track = np.bincount(found.rows[is_known], minlength=len(tracks))
    form_of, names = _distinct(forms)
    pairs = np.unique((found.rows * len(names) + form_of[codes])[is_word & ~is_known])
    counts = np.bincount(pairs % len(names), minlength=len(names))
    distinct = {form for form in forms if form}
    return WordCoverage(
        written=int(is_word.sum()),
        known=int(is_known.sum()),
        distinct=len(distinct),
        distinct_known=len(distinct & words),
        without=int((per_track == 0).sum()),
        per_track=float(np.median(per_track)),
        unknown=_unknown(names, counts, _usual_spellings(spellings, forms, codes)),
    )


def _is_word(name: str) -> bool:
    return name.startswith(WORD_PREFIX)


def _distinct(forms: Sequence[str]) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Return a number for each form; spellings of the same word get the same number."""
    names, form_of = np.unique(np.array(forms, dtype=np.str_), return_inverse=True)
    return form_of.astype(np.intp), names.tolist()


def _usual_spellings(
    spellings: Sequence[str], forms: Sequence[str], codes: npt.NDArray[np.int32]
) -> dict[str, str]:
    """Return how each form is written most often."""
    written = np.bincount(codes, minlength=len(spellings))
    return {forms[index]: spellings[index].strip().lower() for index in np.argsort(written)}


def _unknown(
    names: Sequence[str], counts: npt.NDArray[np.intp], usual: dict[str, str]
) -> list[tuple[str, int]]:
    most = np.argsort(-counts, kind="stable")[:SHOWN_WORDS]
    return [(usual[names[index]], int(counts[index])) for index in most if counts[index]]
