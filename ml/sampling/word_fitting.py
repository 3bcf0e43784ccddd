"""Count the words of real tracks by genre and language."""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ml.errors import TrainingDataError
from ml.sampling.statistics import FloatArray

_MIN_TRACKS_PER_WORD = 3
_MIN_TRACKS_PER_LANGUAGE = 15
_MARKERS = {
    "english": "the you and to it of my is on are for",
    "spanish": "que de el en la y los mi un por con",
    "french": "je les le et des pas est dans une pour",
}
_MARKER_SHARE = 0.3
_LANGUAGE_PRIOR_TRACKS = 0.05
_WORD_PRIOR_TRACKS = 8.0


def fit_words(
    tags: Sequence[Sequence[str]], members: Sequence[npt.NDArray[np.intp]]
) -> tuple[tuple[str, ...], FloatArray, tuple[str, ...], FloatArray]:
    """Count words by genre and language; languages with few tracks are left out."""
    language_of = np.array([_language(row) for row in tags])
    spoken = Counter(language_of.tolist())
    languages = tuple(name for name in _MARKERS if spoken[name] >= _MIN_TRACKS_PER_LANGUAGE)
    if not languages:
        raise TrainingDataError(f"Too few tracks have lyrics in any of {', '.join(_MARKERS)}.")
    counts = Counter(word for row in tags for word in row)
    kept = {word for word, count in counts.items() if count >= _MIN_TRACKS_PER_WORD}
    words = tuple(word for word in _common_order(tags, counts) if word in kept and _clean(word))
    column_of = {word: column for column, word in enumerate(words)}
    has_word = np.zeros((len(tags), len(words)))
    for row, track in enumerate(tags):
        has_word[row, [column_of[word] for word in track if word in column_of]] = 1.0
    language_shares = np.empty((len(members), len(languages)))
    shares = np.empty((len(members), len(languages), len(words)))
    for column, language in enumerate(languages):
        speaks = language_of == language
        overall = has_word[speaks].mean(axis=0)
        for genre, rows in enumerate(members):
            own = rows[speaks[rows]]
            smoothed = has_word[own].sum(axis=0) + _WORD_PRIOR_TRACKS * overall
            shares[genre, column] = smoothed / (len(own) + _WORD_PRIOR_TRACKS)
            language_shares[genre, column] = len(own) + _LANGUAGE_PRIOR_TRACKS
    language_shares /= language_shares.sum(axis=1, keepdims=True)
    return languages, language_shares, words, shares


def _language(words: Iterable[str]) -> str:
    found = set(words)
    shares = {
        name: len(found.intersection(markers.split())) / len(markers.split())
        for name, markers in _MARKERS.items()
    }
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _MARKER_SHARE else ""


def _clean(word: str) -> bool:
    # Wrongly decoded apostrophes turn up as control characters.
    return word.isprintable() and bool(word.strip())


def _common_order(tags: Sequence[Sequence[str]], counts: Counter[str]) -> list[str]:
    """Merge the orders of words of all tracks; a cycle is broken at its most frequent word."""
    after: dict[str, set[str]] = {word: set() for word in counts}
    for row in tags:
        for first, second in pairwise(row):
            after[first].add(second)
    waiting = Counter(word for following in after.values() for word in following)
    by_count = sorted(counts, key=lambda word: (-counts[word], word))
    rank = {word: index for index, word in enumerate(by_count)}
    ready = [rank[word] for word in by_count if not waiting[word]]
    ordered: dict[str, None] = {}
    while len(ordered) < len(counts):
        if not ready:
            ready = [next(rank[word] for word in by_count if word not in ordered)]
        word = by_count[heapq.heappop(ready)]
        if word in ordered:
            continue
        ordered[word] = None
        for following in after[word]:
            waiting[following] -= 1
            if not waiting[following]:
                heapq.heappush(ready, rank[following])
    return list(ordered)
