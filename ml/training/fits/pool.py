"""Weight the experts against each other: a log-linear pool with few, shrunken weights.

The probabilities are softmax(sum of weight * scores), as for experts that know different things
about a track (Hinton, "Products of Experts", ICANN 1999).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_softmax

from ml.model.experts.lyrics_expert import Truth
from ml.track import FloatMatrix

_SHRINKAGE = 10.0
_LOG_RANGE = (-3.0, 2.0)


def fit_pool_weights(
    scores: Sequence[FloatMatrix],
    truth: Truth,
    importance: npt.NDArray[np.float64],
    guess: Sequence[float],
) -> npt.NDArray[np.float64]:
    """Find weights with little log loss that are not far from `guess`.

    Parameters
    ----------
    scores : sequence of float64 arrays, shape (n_tracks, n_genres)
        Scores of each expert, for tracks it did not learn from.
    truth : int array, shape (n_tracks,)
    importance : float64 array, shape (n_tracks,)
        Weight of each track in the loss.
    guess : sequence of float
        Positive; the squared logarithm of weight over guess is penalised like 10 tracks.

    Returns
    -------
    float64 array, shape (n_experts,)
        All positive.
    """
    start = np.asarray(guess, dtype=np.float64)

    def loss(shift: npt.NDArray[np.float64]) -> float:
        pooled = pool(scores, start * np.exp(shift))
        return weighted_log_loss(pooled, truth, importance) + _SHRINKAGE * float(shift @ shift)

    bounds = [_LOG_RANGE] * len(start)
    found = minimize(loss, np.zeros(len(start)), method="L-BFGS-B", bounds=bounds)
    return np.asarray(start * np.exp(found.x))


def pool(scores: Sequence[FloatMatrix], weights: npt.NDArray[np.float64]) -> FloatMatrix:
    """Return the weighted sum of the scores of the experts."""
    return np.asarray(sum(w * s for w, s in zip(weights, scores, strict=True)))


def weighted_log_loss(
    scores: FloatMatrix, truth: Truth, importance: npt.NDArray[np.float64]
) -> float:
    """Return the sum of -log softmax(scores) of the right genres, times `importance`; in nats."""
    chances = log_softmax(scores, axis=1)[np.arange(len(truth)), truth]
    return float(-(importance * chances).sum())
