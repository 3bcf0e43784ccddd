"""Correct the pooled experts with LightGBM: one booster per fold, their scores averaged.

Each booster starts from the pool's scores (`init_score`) and learns the rest from the numbers of a
track, with few, shallow, strongly regularised trees: the training songs are by few artists.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt

from ml.model.experts.audio_expert import balanced_weights
from ml.model.experts.lyrics_expert import Truth
from ml.track import FloatMatrix
from ml.training.data.groups import Groups
from ml.training.fits.pool import weighted_log_loss
from ml.training.parameters import TrainingParameters

_ROWS_WORTH_THREADS = 5_000


@dataclass(frozen=True, slots=True)
class FittedTrees:
    """Boosters, one per fold, and the scores of each for the tracks of its fold.

    `held_out` has the shape (n_tracks, n_genres); it is to be added to the pool's scores.
    """

    boosters: list[lightgbm.Booster]
    rounds: int
    held_out: FloatMatrix


def fit_trees(
    numbers: FloatMatrix,
    start: FloatMatrix,
    truth: Truth,
    fold_of: Groups,
    parameters: TrainingParameters,
) -> FittedTrees:
    """Fit a booster without each fold, all with the number of rounds that works best.

    Parameters
    ----------
    numbers : float64 array, shape (n_tracks, 154)
    start : float64 array, shape (n_tracks, n_genres)
        The pool's scores for tracks that the experts did not learn from.
    truth, fold_of : int arrays, shape (n_tracks,)
    """
    long = [
        _fit_booster(numbers, start, truth, fold_of != fold, parameters)
        for fold in np.unique(fold_of)
    ]
    rounds = _best_rounds(long, numbers, start, truth, fold_of, parameters)
    boosters = [_cut(booster, rounds) for booster in long]
    return FittedTrees(boosters, rounds, _held_out(boosters, numbers, fold_of, start.shape, rounds))


def _fit_booster(
    numbers: FloatMatrix,
    start: FloatMatrix,
    truth: Truth,
    rows: npt.NDArray[np.bool_],
    parameters: TrainingParameters,
) -> lightgbm.Booster:
    importance = balanced_weights(truth)
    data = lightgbm.Dataset(
        numbers[rows], truth[rows], weight=importance[rows], init_score=start[rows]
    )
    settings = {
        "objective": "multiclass",
        "num_class": start.shape[1],
        "num_leaves": parameters.tree_leaves,
        "learning_rate": parameters.tree_learning_rate,
        "feature_fraction": parameters.tree_feature_fraction,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "min_data_in_leaf": parameters.tracks_per_leaf,
        "lambda_l2": parameters.tree_l2,
        "max_bin": 63,
        # On few rows, threads cost more in waiting than they gain, many times more on a busy
        # machine.
        "num_threads": 1 if rows.sum() < _ROWS_WORTH_THREADS else 0,
        "seed": parameters.seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    return lightgbm.train(settings, data, parameters.max_tree_rounds)


def _best_rounds(
    boosters: Sequence[lightgbm.Booster],
    numbers: FloatMatrix,
    start: FloatMatrix,
    truth: Truth,
    fold_of: Groups,
    parameters: TrainingParameters,
) -> int:
    """Find the number of rounds with the least held-out loss, in steps of `min_tree_rounds`."""
    importance = balanced_weights(truth)
    step = parameters.min_tree_rounds
    candidates = range(step, parameters.max_tree_rounds + 1, step)
    losses = [
        weighted_log_loss(
            start + _held_out(boosters, numbers, fold_of, start.shape, rounds), truth, importance
        )
        for rounds in candidates
    ]
    return candidates[int(np.argmin(losses))]


def _held_out(
    boosters: Sequence[lightgbm.Booster],
    numbers: FloatMatrix,
    fold_of: Groups,
    shape: tuple[int, int],
    rounds: int,
) -> FloatMatrix:
    scores = np.zeros(shape)
    for fold, booster in zip(np.unique(fold_of), boosters, strict=True):
        rows = fold_of == fold
        raw = booster.predict(numbers[rows], raw_score=True, num_iteration=rounds)
        scores[rows] = np.asarray(raw).reshape(-1, shape[1])
    return scores


def _cut(booster: lightgbm.Booster, rounds: int) -> lightgbm.Booster:
    return lightgbm.Booster(model_str=booster.model_to_string(num_iteration=rounds))
