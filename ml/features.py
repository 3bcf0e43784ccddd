"""Turn tracks into the feature matrix of the model; used alike by training and serving."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ml.columns import NUMBER_COLUMNS
from ml.track import TrackTable
from ml.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """Which features there are, in order."""

    vocabulary: Vocabulary

    @property
    def names(self) -> tuple[str, ...]:
        """The numbers of a track by column name, then `word=...` for each known lyric word."""
        return (*NUMBER_COLUMNS, *(f"word={word}" for word in self.vocabulary.words))

    def build(self, tracks: TrackTable) -> sparse.csr_matrix:
        """Return the features.

        Returns
        -------
        float64 CSR matrix, shape (n_tracks, n_features)
            Columns follow `names`: dB, beats per minute, beats per bar, pitch class, mode, seconds,
            148 audio features, then 1 for each lyric word that occurs.
        """
        words = self.vocabulary.incidence(tracks.tags)
        numbers = sparse.csr_matrix(tracks.numbers)
        features: sparse.csr_matrix = sparse.hstack([numbers, words], "csr", np.float64)
        return features
