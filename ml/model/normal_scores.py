"""Turn a number into its normal score: its rank among the training tracks, as a normal quantile.

Loudness in dB and timbre coefficients of any scale become comparable, and no outlier counts for
much. Only a few quantiles are kept; all sorted values would be the training data themselves.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ml.track import FloatMatrix

KNOTS = 33
_OUTERMOST = 0.01
_LEVELS = np.linspace(_OUTERMOST, 1 - _OUTERMOST, KNOTS)


@dataclass(frozen=True, slots=True)
class NormalScores:
    """Quantiles of the training tracks, per column.

    Attributes
    ----------
    knots : float64 array, shape (33, n_columns)
        From the 1 % to the 99 % quantile, ascending, in the units of the columns.
    """

    knots: FloatMatrix

    @classmethod
    def fit(cls, numbers: FloatMatrix) -> "NormalScores":
        """Take the quantiles of `numbers`, shape (n_tracks, n_columns)."""
        return cls(np.quantile(numbers, _LEVELS, axis=0))

    def ranks(self, numbers: FloatMatrix) -> FloatMatrix:
        """Return the share of training tracks below each number, 0.01 to 0.99."""
        pairs = zip(numbers.T, self.knots.T, strict=True)
        return np.stack([np.interp(column, knots, _LEVELS) for column, knots in pairs], axis=1)

    def transform(self, numbers: FloatMatrix) -> FloatMatrix:
        """Return normal scores, -2.33 to 2.33, in the shape of `numbers`; 0 is the median track."""
        scores = np.empty(numbers.shape)
        normal = ndtri(_LEVELS)
        for column, knots in enumerate(self.knots.T):
            values, group = np.unique(knots, return_inverse=True)
            # Equal quantiles share their mean score: a value of half the tracks is not a tail.
            levels = np.bincount(group, normal) / np.bincount(group)
            scores[:, column] = np.interp(numbers[:, column], values, levels)
        return scores
