"""Fit the statistics of `ml.sampling.statistics` to labelled tracks.

A separate module, so that drawing made-up tracks does not import scipy.stats.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from ml.columns import TAGS_COLUMN
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
from ml.sampling.word_fitting import fit_words

_LEVEL_PRIOR_TRACKS = 8.0
_CORRELATION_PRIOR_TRACKS = 120.0
_CORRELATION_SHRINKAGE = 0.97


def fit_statistics(features: pd.DataFrame, genres: "pd.Series[str]") -> SampleStatistics:
    """Summarise labelled tracks.

    Parameters
    ----------
    features : DataFrame, shape (n_tracks, 157)
        Complete tracks, with the columns of `ml.columns.REQUIRED_COLUMNS`; titles are not used.
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
    languages, language_shares, words, word_shares = fit_words(tags, members)
    return SampleStatistics(
        genres=tuple(names.tolist()),
        prior=np.array([len(rows) for rows in members]) / len(features),
        knots=knots,
        decimals=5 - np.floor(np.log10(np.median(np.abs(knots), axis=1))).astype(np.int64),
        location=location,
        loadings=loadings,
        uniqueness=uniqueness,
        level_shares=_level_shares(values, members),
        # Half a track is added, so that the case remains possible even if no real track has it.
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
    """Fit mean, spread and correlation of the normal scores; large genres rely on their own."""
    columns = values[[*CONTINUOUS_COLUMNS, *LEVEL_COLUMNS]].to_numpy(np.float64)
    scores = ndtri((rankdata(columns, axis=0) - 0.5) / len(columns))
    means = np.stack([scores[rows].mean(axis=0) for rows in members])
    spreads = np.maximum(np.stack([scores[rows].std(axis=0) for rows in members]), 0.05)
    residuals = np.empty_like(scores)
    for rows, mean, spread in zip(members, means, spreads, strict=True):
        residuals[rows] = (scores[rows] - mean) / spread
    pooled = residuals.T @ residuals / len(residuals)
    # The shares of a level column already fix its spread; its latent part stays standard normal.
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
