"""Measure how good a model is: nested folds by group, intervals, calibration.

Everything that scores a track was fitted without its group: words, ranks, weights, rounds,
temperature.
"""

from collections.abc import Callable
from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from ml.store.manifest import CalibrationBin, Comparison, Metrics
from ml.track import FloatMatrix
from ml.training.fitting import TrainingSet, find_groups, fit_scorer
from ml.training.groups import Groups, deal_folds
from ml.training.metrics import ECE_BINS, score
from ml.training.parameters import TrainingParameters

_BOOTSTRAPS = 200
_INTERVAL = (2.5, 97.5)
_THRESHOLD_RANGE = (0.2, 0.8)
_PLAIN_ROUNDS = 100
Fit = Callable[[TrainingSet], Callable[[TrainingSet], FloatMatrix]]
"""Learns from one set, and returns a function that predicts the probabilities of another."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Predictions for tracks that the model had not seen, from several repeats in a row.

    Attributes
    ----------
    probabilities : float64 array, shape (repeats * n_tracks, n_genres)
    truth, groups : int arrays, shape (repeats * n_tracks,)
    """

    probabilities: FloatMatrix
    truth: npt.NDArray[np.intp]
    groups: Groups


def hold_out_groups(
    data: TrainingSet, parameters: TrainingParameters, progress: Callable[[float], None]
) -> HeldOut:
    """Predict every track by models that saw no track of its group, `parameters.repeats` times."""
    groups = find_groups(data, parameters)
    parts = []
    for repeat in range(parameters.repeats):
        fold_of = deal_folds(groups, data.truth, parameters.folds, parameters.seed + 1 + repeat)

        def show(share: float, done: int = repeat) -> None:
            progress((done + share) / parameters.repeats)

        parts.append(hold_out(data, fold_of, fit_with(parameters), show))
    times = parameters.repeats
    return HeldOut(np.vstack(parts), np.tile(data.truth, times), np.tile(groups, times))


def hold_out(
    data: TrainingSet, fold_of: Groups, fit: Fit, progress: Callable[[float], None] = lambda _: None
) -> FloatMatrix:
    """Predict each fold by a model fitted on the others, shape (n_tracks, n_genres)."""
    probabilities = np.zeros((len(data), data.genres))
    folds = np.unique(fold_of)
    for done, fold in enumerate(folds):
        rows = fold_of == fold
        probabilities[rows] = fit(data.take(~rows))(data.take(rows))
        progress((done + 1) / len(folds))
    return probabilities


def fit_with(parameters: TrainingParameters) -> Fit:
    """Return the `Fit` of the model itself."""

    def fit(data: TrainingSet) -> Callable[[TrainingSet], FloatMatrix]:
        scorer = fit_scorer(data, parameters).scorer
        return lambda tracks: scorer.probabilities(tracks.features)

    return fit


def compare(data: TrainingSet, parameters: TrainingParameters) -> tuple[Comparison, ...]:
    """Score what to compare the model with: a flattering split, and LightGBM alone."""
    random = random_folds(data, parameters)
    by_group = deal_folds(find_groups(data, parameters), data.truth, parameters.folds, 0)
    runs = {
        "this model, random split (flattering)": (random, fit_with(parameters)),
        "plain LightGBM on the numbers, random split (flattering)": (random, _fit_plain),
        "plain LightGBM on the numbers, by group": (by_group, _fit_plain),
    }
    return tuple(
        _comparison(name, score(hold_out(data, folds, fit), data.truth))
        for name, (folds, fit) in runs.items()
    )


def random_folds(data: TrainingSet, parameters: TrainingParameters) -> Groups:
    """Deal tracks into folds at random, as is usual; flatters where artists repeat."""
    splitter = StratifiedKFold(parameters.folds, shuffle=True, random_state=parameters.seed)
    fold_of = np.zeros(len(data), dtype=np.intp)
    for fold, (_, rows) in enumerate(splitter.split(fold_of, data.truth)):
        fold_of[rows] = fold
    return fold_of


def intervals(held_out: HeldOut, seed: int) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of the metrics, by resampling whole groups within each genre."""
    draw = np.random.default_rng(seed)
    rows_of = {group: np.flatnonzero(held_out.groups == group) for group in set(held_out.groups)}
    genre_of = {group: held_out.truth[rows[0]] for group, rows in rows_of.items()}
    drawn: dict[str, list[float]] = {name: [] for name in _interval_names()}
    for _ in range(_BOOTSTRAPS):
        rows = _draw_groups(rows_of, genre_of, draw)
        metrics = score(held_out.probabilities[rows], held_out.truth[rows])
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
    confidence = held_out.probabilities.max(axis=1)
    correct = held_out.probabilities.argmax(axis=1) == held_out.truth
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
    confidence = held_out.probabilities.max(axis=1).clip(1e-6, 1 - 1e-6)
    correct = held_out.probabilities.argmax(axis=1) == held_out.truth
    low, high = _THRESHOLD_RANGE
    if correct.all() or not correct.any():
        return low if correct.all() else high
    log_odds = np.log(confidence / (1 - confidence))[:, None]
    model = LogisticRegression().fit(log_odds, correct)
    even = -model.intercept_[0] / max(model.coef_[0, 0], 1e-6)
    return round(float(np.clip(1 / (1 + np.exp(-even)), low, high)), 2)


def _fit_plain(data: TrainingSet) -> Callable[[TrainingSet], FloatMatrix]:
    settings = {"objective": "multiclass", "num_class": data.genres, "num_leaves": 15}
    settings |= {"learning_rate": 0.07, "min_data_in_leaf": 10, "feature_fraction": 0.3}
    settings |= {"deterministic": True, "force_row_wise": True, "verbose": -1, "seed": 1}
    learnt = lightgbm.Dataset(data.features.numbers, data.truth)
    booster = lightgbm.train(settings, learnt, _PLAIN_ROUNDS)
    return lambda tracks: np.asarray(booster.predict(tracks.features.numbers))


def _comparison(name: str, metrics: Metrics) -> Comparison:
    return Comparison(
        name=name,
        accuracy=metrics.accuracy,
        macro_f1=metrics.macro_f1,
        log_loss=metrics.log_loss,
    )
