"""How far the numbers of tracks have drifted from those of the training tracks.

PSI (population stability index) is the sum of (p - q) ln(p / q) over ten bins that hold a tenth of
the training tracks each, or over the values of a column that has only a few. By custom, less than
0.1 is little and more than 0.25 is much. KS (Kolmogorov-Smirnov) is the largest distance between
the two cumulative distributions, here at the quantiles that the model keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from ml.columns import NUMBER_COLUMNS
from ml.model.reasons import Measure, measure_of
from ml.store.profile import LEVELS, TrainingProfile
from ml.track import FloatMatrix

LITTLE, MUCH = 0.1, 0.25
_DECILES = [LEVELS.index(level) for level in LEVELS if round(level * 10) / 10 == level]
_FLOOR = 1e-4
_CHANCE = 0.05
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """The drift of a column.

    `chance` is the PSI that 95 % of samples of this size would stay below without any drift.
    """

    column: str
    psi: float
    ks: float
    chance: float
    missing: int


@dataclass(frozen=True, slots=True)
class GroupDrift:
    """The drift of the columns that measure the same thing, the column with the most PSI first."""

    measure: Measure
    columns: Sequence[ColumnDrift]

    @property
    def median_psi(self) -> float:
        """The PSI that half of the columns exceed."""
        return float(np.median([column.psi for column in self.columns]))

    @property
    def median_ks(self) -> float:
        """The KS that half of the columns exceed."""
        return float(np.median([column.ks for column in self.columns]))

    @property
    def drifted(self) -> int:
        """How many columns have drifted much, and more than chance explains."""
        return sum(one.psi > max(MUCH, one.chance) for one in self.columns)


def measure_drift(profile: TrainingProfile, numbers: FloatMatrix) -> list[GroupDrift]:
    """Compare tracks, shape (n_tracks, 154), with the training tracks; the most drifted first.

    A column without any number is left out.
    """
    groups: dict[Measure, list[ColumnDrift]] = {}
    for name, values in zip(NUMBER_COLUMNS, numbers.T, strict=True):
        known = values[~np.isnan(values)]
        if len(known) and (name in profile.shares or name in profile.quantiles):
            drift = _drift(profile, name, known, len(values) - len(known))
            groups.setdefault(measure_of(name), []).append(drift)
    found = [
        GroupDrift(measure, sorted(columns, key=lambda column: -column.psi))
        for measure, columns in groups.items()
    ]
    return sorted(found, key=lambda group: -group.median_psi)


def _drift(profile: TrainingProfile, name: str, values: FloatArray, missing: int) -> ColumnDrift:
    if name in profile.shares:
        expected = np.array(profile.shares[name])
        found = level_shares(values, len(expected))
        ks = float(np.abs(np.cumsum(found) - np.cumsum(expected)).max())
    else:
        quantiles = np.array(profile.quantiles[name])
        expected, found = _bins(quantiles[_DECILES], values)
        ks = _ks(quantiles, values)
    bins = int(((expected > 0) | (found > 0)).sum())
    size = 1 / len(values) + 1 / profile.tracks
    chance = float(chdtri(max(bins - 1, 1), _CHANCE)) * size
    return ColumnDrift(name, _psi(expected, found), ks, chance, missing)


def level_shares(values: FloatArray, count: int) -> FloatArray:
    """Return the share of each whole number from 0."""
    return np.asarray(np.bincount(values.astype(np.intp), minlength=count) / len(values))


def _bins(deciles: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the shares of training tracks and of `values` between the deciles.

    A value that many training tracks share is several deciles at once. How many are just below or
    above it is not kept, so its bin reaches from the decile before to the one after.
    """
    cuts, counts = np.unique(deciles, return_counts=True)
    levels = np.array([LEVELS[level] for level in _DECILES])[np.isin(deciles, cuts[counts == 1])]
    found = np.bincount(
        np.searchsorted(cuts[counts == 1], values, side="left"), minlength=len(levels) + 1
    )
    return np.diff(np.concatenate([[0.0], levels, [1.0]])), found / len(values)


def _ks(quantiles: FloatArray, values: FloatArray) -> float:
    ordered = np.sort(values)
    below = np.searchsorted(ordered, quantiles, side="left") / len(values)
    upto = np.searchsorted(ordered, quantiles, side="right") / len(values)
    levels = np.array(LEVELS)
    # Where the file has many tracks on a quantile, its distribution jumps past the level.
    return float(np.maximum(np.maximum(below - levels, levels - upto), 0).max())


def _psi(expected: FloatArray, found: FloatArray) -> float:
    p, q = np.maximum(found, _FLOOR), np.maximum(expected, _FLOOR)
    return float(((p - q) * np.log(p / q)).sum())
