"""The model that decides: four LightGBM fold models whose probabilities are averaged."""

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt

from ml.features import FeatureSpec
from ml.manifest import Manifest
from ml.track import FloatMatrix, TrackTable


@dataclass(frozen=True, slots=True)
class GenrePredictions:
    """Probabilities of a table of tracks.

    Attributes
    ----------
    genres : tuple of str
        The order of the columns.
    probabilities : float64 array, shape (n_tracks, n_genres)
        Each row sums to 1.
    """

    genres: tuple[str, ...]
    probabilities: FloatMatrix

    @property
    def best(self) -> npt.NDArray[np.intp]:
        """Index of the most probable genre of each track, shape (n_tracks,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def confidence(self) -> npt.NDArray[np.float64]:
        """Probability of the most probable genre of each track, shape (n_tracks,)."""
        return np.asarray(self.probabilities.max(axis=1))


@dataclass(frozen=True, slots=True)
class GenreEnsemble:
    """Fold models that share one feature matrix. Safe to use from several threads."""

    manifest: Manifest
    spec: FeatureSpec
    folds: Sequence[lightgbm.Booster]

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres of the training labels, in the order of the probability columns."""
        return self.manifest.genres

    @property
    def version(self) -> str:
        """The version of the model, a hash of its content."""
        return self.manifest.version

    def predict(self, tracks: TrackTable) -> GenrePredictions:
        """Return the genre probabilities of `tracks`: the unweighted mean over the folds."""
        if len(tracks) == 0:
            return GenrePredictions(self.genres, np.empty((0, len(self.genres))))
        features = self.spec.build(tracks)
        total = np.zeros((len(tracks), len(self.genres)))
        for fold in self.folds:
            total += np.asarray(fold.predict(features)).reshape(total.shape)
        return GenrePredictions(self.genres, total / total.sum(axis=1, keepdims=True))
