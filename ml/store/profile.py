"""Summarise the training tracks: what the drift of other tracks is measured against.

Quantiles of each number, and the shares of the values of columns that have only a few. No row can
be read back.
"""

from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from ml.columns import NUMBER_RULES
from ml.track import FloatMatrix

LEVELS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_DIGITS = 6


class TrainingProfile(BaseModel):
    """How the numbers of the training tracks are distributed."""

    model_config = ConfigDict(frozen=True)

    tracks: int
    quantiles: dict[str, tuple[float, ...]]
    """Of each column, at `LEVELS`, in the unit of the column."""
    shares: dict[str, tuple[float, ...]]
    """Of each column of few whole numbers, such as `key`: the share of 0, 1, ..."""

    @classmethod
    def of(cls, numbers: FloatMatrix, columns: tuple[str, ...]) -> Self:
        """Summarise tracks, shape (n_tracks, n_columns); no number may be missing."""
        quantiles, shares = {}, {}
        for name, values in zip(columns, numbers.T, strict=True):
            if (count := count_levels(name)) is not None:
                counts = np.bincount(values.astype(np.intp), minlength=count)
                shares[name] = tuple(np.round(counts / len(values), 4).tolist())
            else:
                found = np.quantile(values, LEVELS).tolist()
                quantiles[name] = tuple(float(f"{value:.{_DIGITS}g}") for value in found)
        return cls(tracks=len(numbers), quantiles=quantiles, shares=shares)


def count_levels(column: str) -> int | None:
    """Return how many values a column of whole numbers can have, from 0; None if any number."""
    rule = NUMBER_RULES.get(column)
    if rule is None or not rule.whole or rule.maximum is None:
        return None
    return int(rule.maximum) + 1
