"""Gaussian process regression with the predictions that leave one answer out, in closed form.

Rasmussen and Williams, "Gaussian Processes for Machine Learning", MIT Press 2006: section 5.4.2 for
the exact process. Snelson and Ghahramani, "Sparse Gaussian Processes using Pseudo-inputs", NIPS
2005, for points that stand for all: a ridge regression with weights, which leaves one out as well.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri

from ml.track import FloatMatrix

FloatVector = npt.NDArray[np.float64]
_JITTER = 1e-3
"""Added to the variance of inducing points: two that are alike would make the matrix singular."""


@dataclass(frozen=True, slots=True)
class Regression:
    """What a regression found.

    Attributes
    ----------
    weights : float64 array, shape (n_points, n_genres)
        The prediction for a track is its covariances with the points times `weights`.
    held_out : float64 array, shape (n_answers, n_genres)
        What is predicted for each answer by all the others.
    """

    weights: FloatMatrix
    held_out: FloatMatrix


def regress(covariance: FloatMatrix, residuals: FloatMatrix, noise: float) -> Regression:
    """Regress on every answer, by one Cholesky factorisation.

    Parameters
    ----------
    covariance : float64 array, shape (n_answers, n_answers)
    residuals : float64 array, shape (n_answers, n_genres)
    noise : float
        Variance of the answers themselves, above 0; it makes any covariance definite, so tracks
        may repeat.
    """
    factor, lower = cho_factor(covariance + noise * np.eye(len(covariance)), lower=True)
    weights = cho_solve((factor, lower), residuals)
    inverse, _ = dpotri(factor, lower=True)
    return Regression(weights, residuals - weights / np.diag(inverse)[:, None])


def regress_on_points(
    points: FloatMatrix,
    cross: FloatMatrix,
    variance: FloatVector,
    residuals: FloatMatrix,
    noise: float,
) -> Regression:
    """Regress on some points that stand for all answers; time grows as n_answers * n_points^2.

    What the points cannot say of an answer is noise of that answer. Without it (the subset of
    regressors) answers far from any point spoil the fit: worse than to forget them.

    Parameters
    ----------
    points : float64 array, shape (n_points, n_points)
        Covariance of the points.
    cross : float64 array, shape (n_answers, n_points)
    variance : float64 array, shape (n_answers,)
        Covariance of each answer with itself.
    residuals : float64 array, shape (n_answers, n_genres)
    noise : float
        Variance of the answers themselves, above 0.
    """
    root = cholesky(points + _JITTER * np.eye(len(points)), lower=True)
    features = solve_triangular(root, cross.T, lower=True)
    unsaid = np.maximum(variance - np.square(features).sum(axis=0), 0)
    weighted = features / (noise + unsaid)
    gram = cholesky(weighted @ features.T + np.eye(len(points)), lower=True)
    fitted = cho_solve((gram, True), weighted @ residuals)
    spread = solve_triangular(gram, features, lower=True)
    leverage = np.square(spread).sum(axis=0) / (noise + unsaid)
    missed = (residuals - features.T @ fitted) / (1 - leverage)[:, None]
    return Regression(solve_triangular(root.T, fitted, lower=False), residuals - missed)
