"""How far the parent is trusted, and how far the answers: two factors before the softmax."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from ml.learning.arrays import Truth
from ml.track import FloatMatrix

_STRENGTH = 10.0
"""Weight of the start values: about that of forty answers, so few answers change little."""
_LARGEST_CHANGE = 2.0
_PARENT = 0.6
_ANSWERS = 7.0
_FEW = 5


@dataclass(frozen=True, slots=True)
class Trust:
    """Logits are `parent` times the parent's log-odds plus `answers` times the regression."""

    parent: float
    answers: float

    @classmethod
    def typical(cls, answers: int) -> "Trust":
        """Return what the simulation found typical, from which `fit` starts.

        The first few answers count less: they say more of themselves than of the catalogue.
        """
        return cls(_PARENT, _ANSWERS * answers / (answers + _FEW))

    def logits(self, log_odds: FloatMatrix, regression: FloatMatrix) -> FloatMatrix:
        """Add up, shape (n_tracks, n_genres)."""
        return np.asarray(self.parent * log_odds + self.answers * regression)

    def fit(self, log_odds: FloatMatrix, held_out: FloatMatrix, truth: Truth) -> "Trust":
        """Minimise the leave-one-out log loss, shrunk to the values of `self`.

        Both factors together are the temperature, so that confidence means what it says.

        Parameters
        ----------
        log_odds : float64 array, shape (n_answers, n_genres)
            Of the parent.
        held_out : float64 array, shape (n_answers, n_genres)
            Of the regression, each row without its own answer.
        truth : int array, shape (n_answers,)
        """
        # Here, since every start of the service would wait for it, and few processes learn.
        from scipy.optimize import minimize

        parts = np.stack([self.parent * log_odds, self.answers * held_out])
        found = minimize(
            _loss,
            np.zeros(2),
            (parts, truth),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-_LARGEST_CHANGE, _LARGEST_CHANGE)] * 2,
        )
        parent, answers = np.exp(found.x).tolist()
        return Trust(self.parent * parent, self.answers * answers)


def _loss(
    change: npt.NDArray[np.float64], parts: npt.NDArray[np.float64], truth: Truth
) -> tuple[float, npt.NDArray[np.float64]]:
    """Return the penalised log loss and its gradient by the logarithms of both factors."""
    factors = np.exp(change)
    rows = np.arange(len(truth))
    logs = log_softmax(np.tensordot(factors, parts, 1), axis=1)
    slope = np.exp(logs)
    slope[rows, truth] -= 1
    gradient = factors * (parts * slope).sum(axis=(1, 2)) + _STRENGTH * change
    return float(-logs[rows, truth].sum() + _STRENGTH / 2 * change @ change), gradient
