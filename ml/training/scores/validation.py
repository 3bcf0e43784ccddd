"""Measure how good a model is: nested folds by group, and the same on random folds.

Everything that scores a track was fitted without its group: words, ranks, weights, rounds,
temperature.
"""

from collections.abc import Callable

import numpy as np
from sklearn.model_selection import StratifiedKFold

from ml.store.manifest import Comparison
from ml.training.data.groups import Groups, deal_folds
from ml.training.data.training_set import TrainingSet, find_groups
from ml.training.fits.fitted import Fit
from ml.training.parameters import TrainingParameters
from ml.training.scores.held_out import HeldOut


def hold_out_groups(
    data: TrainingSet,
    parameters: TrainingParameters,
    fit: Fit,
    repeats: range,
    progress: Callable[[float], None] = lambda _: None,
) -> HeldOut:
    """Score every track by models that saw no track of its group, once in each of `repeats`."""
    groups = find_groups(data, parameters)
    parts = []
    for repeat in repeats:
        fold_of = deal_folds(groups, data.truth, parameters.folds, parameters.seed + 1 + repeat)

        def show(share: float, done: int = repeat - repeats.start) -> None:
            progress((done + share) / len(repeats))

        parts.append(hold_out(data, fold_of, fit, groups, show))
    return HeldOut.join(parts)


def hold_out(
    data: TrainingSet,
    fold_of: Groups,
    fit: Fit,
    groups: Groups | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> HeldOut:
    """Score each fold by a model fitted on the others."""
    scores, temperature = np.zeros((len(data), data.genres)), np.ones(len(data))
    folds = np.unique(fold_of)
    for done, fold in enumerate(folds):
        rows = fold_of == fold
        fitted = fit(data.take(~rows))
        scores[rows] = fitted.scores(data.take(rows).features)
        temperature[rows] = fitted.temperature
        progress((done + 1) / len(folds))
    return HeldOut(scores, temperature, data.truth, fold_of if groups is None else groups)


def random_folds(data: TrainingSet, parameters: TrainingParameters) -> Groups:
    """Deal tracks into folds at random, as is usual; flatters where artists repeat."""
    splitter = StratifiedKFold(parameters.folds, shuffle=True, random_state=parameters.seed)
    fold_of = np.zeros(len(data), dtype=np.intp)
    for fold, (_, rows) in enumerate(splitter.split(fold_of, data.truth)):
        fold_of[rows] = fold
    return fold_of


def comparison(name: str, held_out: HeldOut) -> Comparison:
    """Return the scores of an alternative, for the card."""
    metrics = held_out.metrics()
    return Comparison(
        name=name,
        accuracy=metrics.accuracy,
        macro_f1=metrics.macro_f1,
        log_loss=metrics.log_loss,
        ece=metrics.ece,
    )
