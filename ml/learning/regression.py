"""Gaussian process regression with the predictions that leave one answer out, in closed form.

Rasmussen and Williams, "Gaussian Processes for Machine Learning", MIT Press 2006: section 5.4.2 for
the exact process; section 8.3.1 for the subset of regressors, which is ridge regression and leaves
one out as that does.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri

from ml.track import FloatMatrix

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
    points: FloatMatrix, cross: FloatMatrix, residuals: FloatMatrix, noise: float
) -> Regression:
    """Regress on some points that stand for all answers; time grows as n_answers * n_points^2.

    Parameters
    ----------
    points : float64 array, shape (n_points, n_points)
        Covariance of the points.
    cross : float64 array, shape (n_answers, n_points)
    residuals : float64 array, shape (n_answers, n_genres)
    noise : float
        Variance of the answers themselves, above 0.
    """
    root = cholesky(points + _JITTER * np.eye(len(points)), lower=True)
    features = solve_triangular(root, cross.T, lower=True)
    gram = cholesky(features @ features.T + noise * np.eye(len(points)), lower=True)
    fitted = cho_solve((gram, True), features @ residuals)
    leverage = np.square(solve_triangular(gram, features, lower=True)).sum(axis=0)
    missed = (residuals - features.T @ fitted) / (1 - leverage)[:, None]
    return Regression(solve_triangular(root.T, fitted, lower=False), residuals - missed)
