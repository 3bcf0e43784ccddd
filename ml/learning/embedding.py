"""Place tracks so that likeness is distance: by sound on a few axes, by words in a sparse vector.

Fitted on tracks of the catalogue itself, without their genres, so it needs nothing of the parent
but a vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.columns import NUMBER_COLUMNS
from ml.learning.arrays import Float32Matrix, Float32Vector, Rows
from ml.model.experts.audio_expert import TIMBRE_AND_MFCC_COLUMNS
from ml.track import FloatMatrix, select_numbers

_AXES = 64
_EXPERT_SHARE = 0.7
"""Share of the timbre and MFCC columns in a squared distance; the others tell recordings apart."""
_MAX_SCORE = 2.33
"""No column weighs more than the 1 % and 99 % quantiles of a normal distribution."""
_QUARTILES_PER_DEVIATION = 1.349

_Floats = TypeVar("_Floats", npt.NDArray[np.float32], npt.NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Embedding:
    """Where tracks are.

    Attributes
    ----------
    sound : float32 array, shape (n_tracks, n_axes)
        A squared distance is a weighted mean over the columns, in squared standard deviations.
    words : float32 CSR matrix, shape (n_tracks, n_words)
        IDF weights; each row has length 1, or 0 for a track without a known word.
    """

    sound: Float32Matrix
    words: sparse.csr_matrix

    def __len__(self) -> int:
        return len(self.sound)

    def take(self, rows: Rows) -> "Embedding":
        """Return the tracks that a boolean mask or an index array picks, in that order."""
        return Embedding(self.sound[rows], self.words[rows])


@dataclass(frozen=True, slots=True)
class Embedder:
    """Turns the features of tracks into places.

    Attributes
    ----------
    centre, scale : float32 arrays, shape (n_columns,)
        Median and robust standard deviation of each column, in its unit.
    axes : float32 array, shape (n_columns, n_axes)
        Principal axes of the weighted columns.
    idf : float32 array, shape (n_words,)
    columns : tuple of str
        Those of `NUMBER_COLUMNS` that existed when it was fitted.
    """

    centre: Float32Vector
    scale: Float32Vector
    axes: Float32Matrix
    idf: Float32Vector
    columns: tuple[str, ...] = NUMBER_COLUMNS

    @classmethod
    def fit(cls, numbers: FloatMatrix, words: sparse.csr_matrix) -> "Embedder":
        """Fit on tracks of the catalogue; some thousand are enough, one is possible.

        Parameters
        ----------
        numbers : float64 array, shape (n_tracks, 154)
            Columns follow `ml.columns.NUMBER_COLUMNS`.
        words : CSR matrix of ones, shape (n_tracks, n_words)
            Of any vocabulary; `embed` needs the same.
        """
        low, centre, high = np.quantile(numbers, [0.25, 0.5, 0.75], axis=0)
        scale = (high - low) / _QUARTILES_PER_DEVIATION
        scale = np.where(scale > 0, scale, numbers.std(axis=0))
        scale = np.where(scale > 0, scale, 1.0)
        scores = _scores(numbers, centre, scale) * np.sqrt(_column_weights(NUMBER_COLUMNS))
        _, axes = np.linalg.eigh(np.atleast_2d(np.cov(scores, rowvar=False, bias=True)))
        principal = axes[:, : -_AXES - 1 : -1] * np.sqrt(_column_weights(NUMBER_COLUMNS))[:, None]
        occurs = words.getnnz(axis=0)
        idf = np.log((1 + len(numbers)) / (1 + occurs)) + 1
        return cls(
            centre.astype(np.float32),
            scale.astype(np.float32),
            principal.astype(np.float32),
            idf.astype(np.float32),
        )

    def embed(self, numbers: FloatMatrix, words: sparse.csr_matrix) -> Embedding:
        """Place tracks, given all of `NUMBER_COLUMNS` and the vocabulary of `fit`."""
        known = select_numbers(numbers, self.columns).astype(np.float32)
        scores = _scores(known, self.centre, self.scale)
        weighted = sparse.csr_matrix(words, dtype=np.float32, copy=True)
        weighted.data = self.idf[weighted.indices]
        lengths = np.sqrt(weighted.power(2) @ np.ones(len(self.idf), dtype=np.float32))
        weighted.data /= np.repeat(lengths, np.diff(weighted.indptr))
        return Embedding(scores @ self.axes, weighted)


def _scores(numbers: _Floats, centre: _Floats, scale: _Floats) -> _Floats:
    scores = (numbers - centre) / scale
    return np.clip(scores, -_MAX_SCORE, _MAX_SCORE, out=scores)


def _column_weights(columns: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the weight of each column in a squared distance; their sum is 1."""
    expert = np.isin(columns, TIMBRE_AND_MFCC_COLUMNS)
    shares = _EXPERT_SHARE * expert / expert.sum() + (1 - _EXPERT_SHARE) * ~expert / (~expert).sum()
    return np.asarray(shares)
