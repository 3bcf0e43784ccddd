"""Place tracks on a plane by their sound: principal components of normal scores."""

from dataclasses import dataclass

import numpy as np

from ml.columns import NUMBER_COLUMNS, SOUND_COLUMNS
from ml.model.normal_scores import NormalScores
from ml.report.sample import SampledTracks
from ml.track import FloatMatrix

POINTS = 2_000
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class TrackMap:
    """Some tracks and their places.

    Attributes
    ----------
    points : SampledTracks
    places : float64 array, shape (n_points, 2)
    explained : tuple of float
        The share of the variance that each axis explains.
    """

    points: SampledTracks
    places: FloatMatrix
    explained: tuple[float, float]


def draw_map(sample: SampledTracks) -> TrackMap | None:
    """Place up to `POINTS` tracks; None if too few have a sound."""
    wanted = [NUMBER_COLUMNS.index(column) for column in SOUND_COLUMNS]
    numbers = sample.tracks.numbers[:, wanted]
    rows = np.flatnonzero(~np.isnan(numbers).any(axis=1))
    if len(rows) > POINTS:
        rows = np.sort(np.random.default_rng(0).choice(rows, POINTS, replace=False))
    if len(rows) < _FEWEST:
        return None
    scores = NormalScores.fit(numbers[rows]).transform(numbers[rows])
    scores -= scores.mean(axis=0)
    left, sizes, _ = np.linalg.svd(scores, full_matrices=False)
    share = sizes**2 / max(float((sizes**2).sum()), 1e-12)
    explained = (float(share[0]), float(share[1]))
    return TrackMap(sample.take(rows), np.asarray(left[:, :2] * sizes[:2]), explained)
