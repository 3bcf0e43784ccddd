"""What a model predicts for a table of tracks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.track import FloatMatrix

_SMALLEST = np.finfo(np.float64).tiny


@dataclass(frozen=True, slots=True)
class GenrePredictions:
    """Genre probabilities of a table of tracks.

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

    @property
    def log_odds(self) -> FloatMatrix:
        """Log probabilities less their mean over genres, shape (n_tracks, n_genres), in nats.

        Finite even where a probability is 0.
        """
        logs = np.log(np.maximum(self.probabilities, _SMALLEST))
        return np.asarray(logs - logs.mean(axis=1, keepdims=True))
