"""Choose what to ask: the tracks whose answers would teach the most about the others.

The gain of an answer is by how much it lowers the variance of the regression at the other tracks,
each weighed by how unsure the model is there. That is uncertainty, density (it reduces the variance
of all that resembles it) and novelty (an answer nearby has done so already) in one formula; after
each pick the variances are those after its answer, so a batch does not repeat itself. A-optimal
design: Settles, "Active Learning Literature Survey", 2009, section 3.5.
"""

import numpy as np
import numpy.typing as npt

from ml.learning.answers import Candidates
from ml.learning.arrays import Float32Matrix
from ml.learning.kernel_regression.learner import NOISE
from ml.learning.kernel_regression.learnt import Learnt
from ml.learning.kernel_regression.posterior import posterior_covariance

MAX_CANDIDATES = 2_000
"""More candidates than these are sampled by the caller; memory grows with their square."""


def rank_questions(learnt: Learnt, candidates: Candidates, first: int) -> npt.NDArray[np.intp]:
    """Return indices of the candidates to ask, most useful first.

    Parameters
    ----------
    learnt : Learnt
        From no answers at a cold start.
    candidates : Candidates
        At most 2,000; those that are answered are never returned.
    first : int
        How many to return, at most; the pick of each is made as if those before it were answered.

    Raises
    ------
    ValueError
        There are more than `MAX_CANDIDATES` candidates.
    """
    if len(candidates) > MAX_CANDIDATES:
        raise ValueError(f"{len(candidates)} candidates; at most {MAX_CANDIDATES} can be ranked.")
    open_rows = np.flatnonzero(~np.isin(candidates.track_ids, learnt.answered))
    asked = candidates.take(open_rows)
    unsure = 1 - learnt.probabilities(asked.embedding, asked.log_odds).max(axis=1)
    covariance = posterior_covariance(learnt, asked.embedding)
    return open_rows[_pick(covariance, unsure.astype(np.float32), min(first, len(asked)))]


def _pick(
    covariance: Float32Matrix, unsure: npt.NDArray[np.float32], count: int
) -> npt.NDArray[np.intp]:
    """Pick greedily; `covariance` is changed."""
    picked = np.empty(count, dtype=np.intp)
    is_open = np.ones(len(unsure), dtype=np.bool_)
    for place in range(count):
        gain = unsure @ np.square(covariance) / (np.diag(covariance) + NOISE)
        row = int(np.where(is_open, gain, -1.0).argmax())
        picked[place], is_open[row] = row, False
        shared = covariance[row].copy()
        covariance -= np.outer(shared, shared / (shared[row] + NOISE))
    return picked
