"""How much the answers leave unknown: the covariance of tracks, given the answered points."""

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from ml.learning.arrays import Float32Matrix
from ml.learning.embedding import Embedding
from ml.learning.kernel_regression.learner import NOISE
from ml.learning.kernel_regression.learnt import Learnt


def posterior_covariance(learnt: Learnt, tracks: Embedding) -> Float32Matrix:
    """Return the covariance of the regression at `tracks`, shape (n_tracks, n_tracks)."""
    covariance = learnt.kernel.covariance(tracks, tracks)
    points = learnt.points.embedding
    if len(points) == 0:
        return covariance
    own = learnt.kernel.covariance(points, points) + NOISE * np.eye(len(points), dtype=np.float32)
    root = cholesky(own, lower=True)
    known = solve_triangular(root, learnt.kernel.covariance(points, tracks), lower=True)
    return np.asarray(covariance - known.T @ known, dtype=np.float32)
