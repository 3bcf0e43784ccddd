"""The columns that boosted trees see: chosen numbers, numbers made from them, TF-IDF of words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.model.experts.features import WORD_PREFIX, ExpertFeatures
from ml.track import FloatMatrix

MADE_COLUMNS = ("tempo_octave", "key_fifths_x", "key_fifths_y", "major_loudness")
"""Numbers made from others: the tempo without doubling and halving, the key on the circle of
fifths, the loudness of tracks in major.
"""
_SLOWEST = 70.0
_FIFTH = 7
_KEYS = 12


@dataclass(frozen=True, slots=True)
class BoostedTable:
    """Turns features into the table of the boosters.

    Attributes
    ----------
    columns : tuple of str
        Names of the numbers of a track, in the order of `ExpertFeatures.numbers`.
    numbers : int array
        Indices of the chosen ones.
    words : int array
        Indices into the vocabulary.
    idf : float64 array, shape (len(words),)
    """

    columns: tuple[str, ...]
    numbers: npt.NDArray[np.intp]
    words: npt.NDArray[np.intp]
    idf: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.numbers) + len(MADE_COLUMNS) + len(self.words)

    def names(self, vocabulary: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the columns of `build`."""
        return (
            *(self.columns[index] for index in self.numbers),
            *MADE_COLUMNS,
            *(f"{WORD_PREFIX}{vocabulary[index]}" for index in self.words),
        )

    def build(self, features: ExpertFeatures) -> sparse.csr_matrix:
        """Return a row per track, float64."""
        words = features.words[:, self.words].astype(np.float64) @ sparse.diags(self.idf)
        lengths = np.sqrt(np.asarray(words.multiply(words).sum(axis=1)).ravel())
        lengths[lengths == 0] = 1
        numbers = np.hstack([features.numbers[:, self.numbers], self._made(features.numbers)])
        parts = [sparse.csr_matrix(numbers), sparse.diags(1 / lengths) @ words]
        return sparse.csr_matrix(sparse.hstack(parts))

    def _made(self, numbers: FloatMatrix) -> FloatMatrix:
        tempo, key, mode, loudness = (
            numbers[:, self.columns.index(name)] for name in ("tempo", "key", "mode", "loudness")
        )
        octave = np.log2(np.maximum(tempo, 1.0) / _SLOWEST) % 1
        angle = 2 * np.pi * ((key * _FIFTH) % _KEYS) / _KEYS
        return np.column_stack([octave, np.cos(angle), np.sin(angle), mode * loudness])
