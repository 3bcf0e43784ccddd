"""Turn tracks into the inputs of the experts, the same way in training and in serving."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.basis import Basis
from ml.columns import NUMBER_COLUMNS
from ml.model.vocabulary import Vocabulary, split_tracks
from ml.track import FloatMatrix, TrackTable, select_numbers

WORD_PREFIX = "word="


@dataclass(frozen=True, slots=True)
class ExpertFeatures:
    """What the experts see of a table of tracks.

    Attributes
    ----------
    words : float32 CSR matrix, shape (n_tracks, n_words)
        1 for each known word of tags or title.
    numbers : float64 array, shape (n_tracks, n_columns)
        In the order of `FeatureSpec.columns`; for a model trained today, `NUMBER_COLUMNS`: dB,
        beats per minute, beats per bar, pitch class, mode, seconds, then 148 audio features.
    basis : uint8 array, shape (n_tracks,), or None
        As in `TrackTable`: set if words, sound or numbers (NaN) may be missing.
    """

    words: sparse.csr_matrix
    numbers: FloatMatrix
    basis: Basis | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: npt.NDArray[np.intp]) -> "ExpertFeatures":
        """Return the tracks at the given indices."""
        basis = None if self.basis is None else self.basis[rows]
        return ExpertFeatures(self.words[rows], self.numbers[rows], basis)


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """Names the features, in order, and builds them."""

    vocabulary: Vocabulary
    columns: tuple[str, ...] = NUMBER_COLUMNS
    """Of numbers; those that existed when the model was trained."""

    @property
    def names(self) -> tuple[str, ...]:
        """The numbers of a track by column name, then `word=...` for each known word."""
        return (*self.columns, *(f"{WORD_PREFIX}{word}" for word in self.vocabulary.words))

    def build(self, tracks: TrackTable) -> ExpertFeatures:
        """Return the features of `tracks`, row by row."""
        words = self.vocabulary.incidence(split_tracks(tracks))
        return ExpertFeatures(words, select_numbers(tracks.numbers, self.columns), tracks.basis)
