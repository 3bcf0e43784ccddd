"""How the score grows with the number of labelled tracks."""

from functools import partial

import numpy as np
import numpy.typing as npt

from ml.model.experts.lyrics_expert import Truth
from ml.store.manifest import LearningPoint
from ml.training.data.groups import deal_folds
from ml.training.data.training_set import TrainingSet, find_groups
from ml.training.fits.fitted import Fit, Fitted
from ml.training.parameters import TrainingParameters
from ml.training.scores.held_out import HeldOut
from ml.training.scores.validation import hold_out

_SHARES = (0.25, 0.5)


def learning_curve(
    known: TrainingSet, parameters: TrainingParameters, fit: Fit, held_out: HeldOut
) -> tuple[LearningPoint, ...]:
    """Score models that learnt from a random part of the tracks of the other folds.

    `held_out` is of models that learnt from all of them; its temperature is used for all.
    """
    fold_of = deal_folds(
        find_groups(known, parameters), known.truth, parameters.folds, parameters.seed + 1
    )
    temperature = float(held_out.temperature[0])
    points = []
    for share in _SHARES:
        fit_part = partial(_fit_part, share=share, parameters=parameters, fit=fit)
        metrics = hold_out(known, fold_of, fit_part).at(temperature).metrics()
        points.append((share, metrics.accuracy, metrics.log_loss))
    full = held_out.metrics()
    points.append((1.0, full.accuracy, full.log_loss))
    learnt = len(known) * (parameters.folds - 1) / parameters.folds
    return tuple(
        LearningPoint(tracks=round(share * learnt), accuracy=accuracy, log_loss=loss)
        for share, accuracy, loss in points
    )


def _fit_part(
    data: TrainingSet, *, share: float, parameters: TrainingParameters, fit: Fit
) -> Fitted:
    return fit(data.take(_draw_part(data.truth, share, 2 * parameters.folds, parameters.seed)))


def _draw_part(truth: Truth, share: float, least: int, seed: int) -> npt.NDArray[np.bool_]:
    draw = np.random.default_rng(seed)
    chosen = np.zeros(len(truth), dtype=np.bool_)
    for genre in np.unique(truth):
        rows = np.flatnonzero(truth == genre)
        count = min(len(rows), max(least, round(share * len(rows))))
        chosen[draw.choice(rows, count, replace=False)] = True
    return chosen
