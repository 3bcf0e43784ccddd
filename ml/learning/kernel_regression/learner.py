"""Learn from answers: regress the parent's error on the kernel, then decide how far to trust it."""

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from ml.learning.answers import Answers, with_new_genres
from ml.learning.arrays import Truth
from ml.learning.kernel_regression.kernel import Kernel
from ml.learning.kernel_regression.learnt import Learnt
from ml.learning.kernel_regression.regression import Regression, regress, regress_on_points
from ml.learning.kernel_regression.trust import Trust
from ml.track import FloatMatrix

NOISE = 0.1
"""Variance of an answer beside the kernel's of about 3: hardly any, people know their tracks."""
FLATTENING = 0.3
"""Factor on the parent's log-odds before its error is taken.

An answer that confirms a sure prediction leaves no error and would teach nothing. Against flattened
probabilities it speaks for its genre nearby, where the parent may be just as sure and wrong.
"""
MAX_POINTS = 1_500
"""Answers that are kept as they are; of more, so many stand for all."""
_SEED = 20261124


def learn(answers: Answers, genres: tuple[str, ...], kernel: Kernel | None = None) -> Learnt:
    """Fit on all answers; the same answers give the same result.

    Without answers, what is learnt gives the parent's ranking, less sure of itself.

    Parameters
    ----------
    answers : Answers
        `truth` is an index into `genres`. A track may repeat, even with different genres.
    genres : tuple of str
        Those of the parent in its order, then the new ones.
    kernel : Kernel, optional
    """
    kernel = kernel or Kernel()
    log_odds = with_new_genres(answers.log_odds, len(genres))
    residuals = np.eye(len(genres))[answers.truth] - softmax(FLATTENING * log_odds, axis=1)
    points = _points(answers.truth)
    found = _regress(answers, points, residuals, kernel)
    return Learnt(
        genres=genres,
        kernel=kernel,
        trust=Trust.typical(len(answers)).fit(log_odds, found.held_out, answers.truth),
        points=answers.take(points),
        weights=found.weights.astype(np.float32),
        answered=np.sort(answers.track_ids),
        counts=tuple(np.bincount(answers.truth, minlength=len(genres)).tolist()),
    )


def _regress(
    answers: Answers, points: npt.NDArray[np.intp], residuals: FloatMatrix, kernel: Kernel
) -> Regression:
    if len(answers) == 0:
        return Regression(residuals, residuals)
    kept = answers.embedding.take(points)
    covariance = kernel.covariance(kept, kept).astype(np.float64)
    if len(points) == len(answers):
        return regress(covariance, residuals, NOISE)
    cross = kernel.covariance(answers.embedding, kept).astype(np.float64)
    variance = kernel.variance(answers.embedding)
    return regress_on_points(covariance, cross, variance, residuals, NOISE)


def _points(truth: Truth) -> npt.NDArray[np.intp]:
    """Pick the answers to keep: all, or a random choice in which every genre has its share."""
    if len(truth) <= MAX_POINTS:
        return np.arange(len(truth))
    draw = np.random.default_rng(_SEED)
    order = draw.permutation(len(truth))
    # The position of each answer within its genre, as a share: the lowest are spread evenly.
    place = np.empty(len(truth))
    for genre in np.unique(truth):
        own = order[truth[order] == genre]
        place[own] = (np.arange(len(own)) + 0.5) / len(own)
    return np.sort(np.argsort(place, kind="stable")[:MAX_POINTS])
