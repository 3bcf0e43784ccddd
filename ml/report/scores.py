"""Score predictions of tracks whose genres are known, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.report.labels import Labelled
from ml.store.manifest import CalibrationBin, GenreMetrics, Metrics
from ml.training.scores.held_out import HeldOut, calibration_bins, intervals
from ml.training.scores.metrics import score, score_genres

RESAMPLED = 20_000
"""Tracks that the intervals are drawn from; with more, they are wider than they need be."""
_SMALLEST = np.finfo(np.float64).tiny


@dataclass(frozen=True, slots=True)
class LabelScores:
    """How good the predictions are.

    `intervals` are 95 %, by resampling tracks within each genre. They are too narrow if many tracks
    are by the same artist.
    """

    metrics: Metrics
    intervals: dict[str, tuple[float, float]]
    genres: Sequence[GenreMetrics]
    calibration: Sequence[CalibrationBin]


def score_labelled(labelled: Labelled, genres: tuple[str, ...]) -> LabelScores | None:
    """Score the labelled tracks; None if there are none."""
    probabilities, truth = labelled.probabilities, labelled.truth
    if not len(truth):
        return None
    logs = np.log(np.maximum(probabilities, _SMALLEST))
    held_out = HeldOut(logs, np.ones(len(truth)), truth, np.arange(len(truth)))
    drawn = held_out
    if len(truth) > RESAMPLED:
        rows = np.random.default_rng(0).choice(len(truth), RESAMPLED, replace=False)
        drawn = held_out.take(np.sort(rows))
        drawn = HeldOut(drawn.scores, drawn.temperature, drawn.truth, np.arange(RESAMPLED))
    return LabelScores(
        score(probabilities, truth),
        intervals(drawn, seed=0),
        score_genres(probabilities, truth, genres),
        calibration_bins(held_out),
    )
