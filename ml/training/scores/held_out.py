"""Predictions for tracks that the model had not seen, and what they show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from ml.model.experts.lyrics_expert import FloatArray, Truth
from ml.store.manifest import CalibrationBin, Metrics
from ml.track import FloatMatrix
from ml.training.data.groups import Groups
from ml.training.scores.metrics import ECE_BINS, score

_BOOTSTRAPS = 200
_INTERVAL = (2.5, 97.5)
_THRESHOLD_RANGE = (0.2, 0.8)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Scores of tracks, each by a model that did not learn from its group.

    Attributes
    ----------
    scores : float64 array, shape (n_rows, n_genres)
        Log-odds at temperature 1.
    temperature : float64 array, shape (n_rows,)
        Of the model that scored the row.
    truth, groups : int arrays, shape (n_rows,)
    """

    scores: FloatMatrix
    temperature: FloatArray
    truth: Truth
    groups: Groups

    @classmethod
    def join(cls, parts: Sequence["HeldOut"]) -> "HeldOut":
        """Put rows of several one after the other."""
        return cls(
            np.vstack([part.scores for part in parts]),
            np.concatenate([part.temperature for part in parts]),
            np.concatenate([part.truth for part in parts]),
            np.concatenate([part.groups for part in parts]),
        )

    @property
    def probabilities(self) -> FloatMatrix:
        """Genre probabilities, shape (n_rows, n_genres)."""
        return np.asarray(softmax(self.temperature[:, None] * self.scores, axis=1))

    def at(self, temperature: float) -> "HeldOut":
        """Return the same scores with one temperature for all."""
        return replace(self, temperature=np.full(len(self.truth), temperature))

    def take(self, rows: npt.NDArray[np.intp]) -> "HeldOut":
        """Return the rows at `rows`."""
        return HeldOut(
            self.scores[rows], self.temperature[rows], self.truth[rows], self.groups[rows]
        )

    def metrics(self) -> Metrics:
        """Score the probabilities."""
        return score(self.probabilities, self.truth)

    def confidence(self) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
        """Return the probability of each best genre, and whether it is right."""
        probabilities = self.probabilities
        return probabilities.max(axis=1), probabilities.argmax(axis=1) == self.truth


def intervals(held_out: HeldOut, seed: int) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of the metrics, by resampling whole groups within each genre."""
    draw = np.random.default_rng(seed)
    probabilities = held_out.probabilities
    rows_of = {group: np.flatnonzero(held_out.groups == group) for group in set(held_out.groups)}
    genre_of = {group: held_out.truth[rows[0]] for group, rows in rows_of.items()}
    drawn: dict[str, list[float]] = {name: [] for name in _interval_names()}
    for _ in range(_BOOTSTRAPS):
        rows = _draw_groups(rows_of, genre_of, draw)
        metrics = score(probabilities[rows], held_out.truth[rows])
        for name, values in drawn.items():
            values.append(getattr(metrics, name))
    return {name: _interval(values) for name, values in drawn.items()}


def _interval_names() -> tuple[str, ...]:
    return tuple(name for name in Metrics.model_fields if name != "confusion_matrix")


def _draw_groups(
    rows_of: dict[np.intp, npt.NDArray[np.intp]],
    genre_of: dict[np.intp, np.intp],
    draw: np.random.Generator,
) -> npt.NDArray[np.intp]:
    rows = []
    for genre in sorted(set(genre_of.values())):
        own = sorted(group for group in rows_of if genre_of[group] == genre)
        rows += [rows_of[own[index]] for index in draw.integers(len(own), size=len(own))]
    return np.concatenate(rows)


def _interval(values: list[float]) -> tuple[float, float]:
    low, high = np.percentile(values, _INTERVAL)
    return round(float(low), 4), round(float(high), 4)


def calibration_bins(held_out: HeldOut) -> tuple[CalibrationBin, ...]:
    """Compare confidence with accuracy in ten bins of equal width; empty bins are left out."""
    confidence, correct = held_out.confidence()
    bin_of = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    return tuple(
        CalibrationBin(
            confidence=round(float(confidence[bin_of == number].mean()), 4),
            accuracy=round(float(correct[bin_of == number].mean()), 4),
            share=round(float((bin_of == number).mean()), 4),
        )
        for number in np.unique(bin_of)
    )


def uncertain_below(held_out: HeldOut) -> float:
    """Find the confidence at which a prediction is as likely to be wrong as right.

    A logistic regression of "right" on the log-odds of the confidence, between 0.2 and 0.8 in
    hundredths; one of these bounds if every prediction is right, or none.
    """
    confidence, correct = held_out.confidence()
    confidence = confidence.clip(1e-6, 1 - 1e-6)
    low, high = _THRESHOLD_RANGE
    if correct.all() or not correct.any():
        return low if correct.all() else high
    log_odds = np.log(confidence / (1 - confidence))[:, None]
    model = LogisticRegression().fit(log_odds, correct)
    even = -model.intercept_[0] / max(model.coef_[0, 0], 1e-6)
    return round(float(np.clip(1 / (1 + np.exp(-even)), low, high)), 2)
