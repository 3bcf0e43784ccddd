"""Make the statistics of `ml.sampling.statistics` from labelled tracks.

Apart from them so that drawing made-up tracks does not import scipy.stats.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from ml.columns import TAGS_COLUMN
from ml.errors import TrainingDataError
from ml.sampling.statistics import (
    CONTINUOUS_COLUMNS,
    KNOT_COUNT,
    KNOT_STEP,
    LATENT_PER_SD,
    LEVEL_COLUMNS,
    LOADINGS_PER_UNIT,
    RANK,
    SCORES_PER_SD,
    TAG_COUNT,
    FloatArray,
    IntArray,
    SampleStatistics,
)

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
_LEVEL_PRIOR_TRACKS = 8.0
_CORRELATION_PRIOR_TRACKS = 120.0
_CORRELATION_SHRINKAGE = 0.97


def fit_statistics(features: pd.DataFrame, genres: "pd.Series[str]") -> SampleStatistics:
    """Summarise labelled tracks.

    Parameters
    ----------
    features : DataFrame, shape (n_tracks, 157)
        Full tracks with the columns of `ml.columns.REQUIRED_COLUMNS`; titles are not looked at.
    genres : Series, shape (n_tracks,)
        The genre of each row of `features`, by position.

    Returns
    -------
    SampleStatistics
    """
    names, genre_of = np.unique(genres.to_numpy(dtype=np.str_), return_inverse=True)
    members = [np.flatnonzero(genre_of == index) for index in range(len(names))]
    tags = [str(cell).split(", ") for cell in features[TAGS_COLUMN]]
    tag_counts = pd.Series([len(row) for row in tags], index=features.index, name=TAG_COUNT)
    values = pd.concat([features, tag_counts], axis=1)
    knots = _knots(values[list(CONTINUOUS_COLUMNS)].to_numpy(np.float64))
    location, loadings, uniqueness = _fit_copula(values, members)
    languages, language_shares, words, word_shares = _fit_words(tags, members)
    return SampleStatistics(
        genres=tuple(names.tolist()),
        prior=np.array([len(rows) for rows in members]) / len(features),
        knots=knots,
        decimals=5 - np.floor(np.log10(np.median(np.abs(knots), axis=1))).astype(np.int64),
        location=location,
        loadings=loadings,
        uniqueness=uniqueness,
        level_shares=_level_shares(values, members),
        # Half a track is added, so that the rare case stays possible where no real track has it.
        zero_tempo_share=(float((features["tempo"] == 0).sum()) + 0.5) / len(features),
        languages=languages,
        language_shares=language_shares,
        words=words,
        word_shares=word_shares,
    )


def _knots(values: FloatArray) -> FloatArray:
    scores = (np.arange(KNOT_COUNT) - KNOT_COUNT // 2) * (KNOT_STEP / LATENT_PER_SD)
    return np.asarray(np.quantile(values, ndtr(scores), axis=0).T)


def _fit_copula(
    values: pd.DataFrame, members: Sequence[npt.NDArray[np.intp]]
) -> tuple[IntArray, IntArray, IntArray]:
    """Fit mean, spread and correlation of the normal scores; a large genre leans on its own."""
    columns = values[[*CONTINUOUS_COLUMNS, *LEVEL_COLUMNS]].to_numpy(np.float64)
    scores = ndtri((rankdata(columns, axis=0) - 0.5) / len(columns))
    means = np.stack([scores[rows].mean(axis=0) for rows in members])
    spreads = np.maximum(np.stack([scores[rows].std(axis=0) for rows in members]), 0.05)
    residuals = np.empty_like(scores)
    for rows, mean, spread in zip(members, means, spreads, strict=True):
        residuals[rows] = (scores[rows] - mean) / spread
    pooled = residuals.T @ residuals / len(residuals)
    # The shares of a level column fix its spread already; its latent part stays standard normal.
    spreads[:, len(CONTINUOUS_COLUMNS) :] = 1.0
    loadings, uniqueness = [], []
    for rows, spread in zip(members, spreads, strict=True):
        own = residuals[rows].T @ residuals[rows] / len(rows)
        weight = len(rows) / (len(rows) + _CORRELATION_PRIOR_TRACKS)
        common = _low_rank(weight * own + (1 - weight) * pooled)
        loadings.append(common * spread[:, None])
        uniqueness.append(np.sqrt(np.maximum(1 - (common**2).sum(axis=1), 0.0)) * spread)
    return (
        _quantised(means[:, : len(CONTINUOUS_COLUMNS)], SCORES_PER_SD),
        _quantised(np.stack(loadings), LOADINGS_PER_UNIT),
        _quantised(np.stack(uniqueness), LOADINGS_PER_UNIT),
    )


def _low_rank(correlation: FloatArray) -> FloatArray:
    roots, vectors = np.linalg.eigh(correlation * _CORRELATION_SHRINKAGE)
    return np.asarray(vectors[:, -RANK:] * np.sqrt(np.maximum(roots[-RANK:], 0.0)))


def _quantised(values: FloatArray, per_unit: int) -> IntArray:
    return np.rint(values * per_unit).astype(np.int64)


def _level_shares(values: pd.DataFrame, members: Sequence[npt.NDArray[np.intp]]) -> FloatArray:
    shares = np.zeros((len(members), len(LEVEL_COLUMNS), max(LEVEL_COLUMNS.values())))
    for column, name in enumerate(LEVEL_COLUMNS):
        levels = values[name].to_numpy(np.int64)
        overall = np.bincount(levels, minlength=shares.shape[2]) / len(levels)
        for genre, rows in enumerate(members):
            counts = np.bincount(levels[rows], minlength=shares.shape[2])
            smoothed = counts + _LEVEL_PRIOR_TRACKS * overall
            shares[genre, column] = smoothed / smoothed.sum()
    return shares


def _fit_words(
    tags: Sequence[Sequence[str]], members: Sequence[npt.NDArray[np.intp]]
) -> tuple[tuple[str, ...], FloatArray, tuple[str, ...], FloatArray]:
    """Count words by genre and language; a language of few tracks is left out."""
    language_of = np.array([_language(row) for row in tags])
    spoken = Counter(language_of.tolist())
    languages = tuple(name for name in _MARKERS if spoken[name] >= _MIN_TRACKS_PER_LANGUAGE)
    if not languages:
        raise TrainingDataError(f"Too few tracks have lyrics in {', '.join(_MARKERS)}.")
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
    # Wrongly decoded apostrophes show as control characters.
    return word.isprintable() and bool(word.strip())


def _common_order(tags: Sequence[Sequence[str]], counts: Counter[str]) -> list[str]:
    """Merge the order that every track keeps; a cycle is broken at its most frequent word."""
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
