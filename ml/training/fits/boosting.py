"""Fit the kind `lightgbm`: four boosters on words and numbers, averaged.

The method of the project that this service replaced: TF-IDF of tags and title, the numbers with the
most gain, and numbers made from them. Each booster stops when the fold that it does not learn from
gets no better; whole groups are dealt into folds. Rows of words have no sound and are not used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import lightgbm
import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.model.boosted.boosted_scorer import BoostedScorer
from ml.model.boosted.boosted_table import BoostedTable
from ml.model.experts.audio_expert import balanced_weights
from ml.model.experts.features import ExpertFeatures, FeatureSpec
from ml.store.boosted import boosted_files
from ml.track import FloatMatrix
from ml.training.data.groups import deal_folds
from ml.training.data.training_set import TrainingSet, find_groups
from ml.training.fits.fitted import MAX_EXPLAINED, TrainingProgress, silent
from ml.training.fits.pool import fit_pool_weights
from ml.training.parameters import TrainingParameters

_CHOOSING_ROUNDS = 20
_ROWS_WORTH_THREADS = 5_000
_PATIENCE = 20


@dataclass(frozen=True, slots=True)
class FittedBoosters:
    """`ml.training.fits.fitted.Fitted` of the kind `lightgbm`."""

    scorer: BoostedScorer

    @property
    def temperature(self) -> float:
        """What the mean scores are multiplied by."""
        return self.scorer.temperature

    @property
    def learnt(self) -> Mapping[str, float | int]:
        """Boosters, mean rounds, columns and temperature."""
        rounds = [booster.current_iteration() for booster in self.scorer.boosters]
        return {
            "boosters": len(rounds),
            "rounds": float(np.mean(rounds)),
            "numbers": len(self.scorer.table.numbers),
            "words": len(self.scorer.table.words),
            "temperature": self.temperature,
        }

    def at(self, temperature: float) -> "FittedBoosters":
        """Return the same model with another temperature."""
        return FittedBoosters(replace(self.scorer, temperature=temperature))

    def scores(self, features: ExpertFeatures) -> FloatMatrix:
        """Return the log-odds at temperature 1."""
        return self.at(1.0).scorer.log_odds(features)

    def feature_names(self, spec: FeatureSpec) -> tuple[str, ...]:
        """Name the columns of the table."""
        return self.scorer.table.names(spec.vocabulary.words)

    def feature_shares(self, features: ExpertFeatures) -> npt.NDArray[np.float64]:
        """Return the mean size of each column's SHAP values for the predicted genre."""
        total = np.zeros(len(self.scorer.table))
        best = self.scorer.log_odds(features).argmax(axis=1)
        for row in range(0, len(features), -(-len(features) // MAX_EXPLAINED)):
            track = ExpertFeatures(features.words[row], features.numbers[row : row + 1])
            total += np.abs(self.scorer.column_scores(track)[:-1, best[row]])
        return np.asarray(total / (total.sum() or 1.0))

    def files(self, spec: FeatureSpec) -> dict[str, bytes]:
        """Return the content of every file of the model."""
        return boosted_files(spec, self.scorer)


def fit_boosters(
    data: TrainingSet, parameters: TrainingParameters, progress: TrainingProgress = silent
) -> FittedBoosters:
    """Fit everything; the same data and seed give the same boosters."""
    columns = _choose_columns(data, parameters)
    rows = columns.build(data.features)
    groups = find_groups(data, parameters)
    count = min(parameters.boosters, len(np.unique(groups)))
    fold_of = deal_folds(groups, data.truth, count, parameters.seed)
    boosters, held_out = [], np.zeros((len(data), data.genres))
    for fold in range(count):
        progress(f"boosters, fold {fold + 1} of {count}", fold / count)
        booster = _fit(rows, data, fold_of != fold, parameters)
        left = fold_of == fold
        raw = booster.predict(rows[left], raw_score=True, num_threads=1)
        held_out[left] = np.asarray(raw).reshape(-1, data.genres)
        boosters.append(booster)
    importance = balanced_weights(data.truth)
    (temperature,) = fit_pool_weights([held_out], data.truth, importance, [1.0])
    return FittedBoosters(BoostedScorer(columns, boosters, float(temperature)))


def _choose_columns(data: TrainingSet, parameters: TrainingParameters) -> BoostedTable:
    """Take the words of enough tracks, and the half of the numbers with the most gain."""
    occurs = np.asarray((data.features.words > 0).sum(axis=0)).ravel()
    words = np.flatnonzero(occurs >= parameters.texts_per_word)
    idf = np.log((1 + len(data)) / (1 + occurs[words])) + 1
    numbers = data.features.numbers
    first = lightgbm.train(
        _settings(data.genres, len(data), parameters),
        lightgbm.Dataset(numbers, data.truth, weight=balanced_weights(data.truth)),
        _CHOOSING_ROUNDS,
    )
    gain = first.feature_importance("gain")
    chosen = np.sort(np.argsort(-gain, kind="stable")[: -(-numbers.shape[1] // 2)])
    return BoostedTable(data.columns, chosen, words, idf)


def _fit(
    rows: sparse.csr_matrix,
    data: TrainingSet,
    learnt: npt.NDArray[np.bool_],
    parameters: TrainingParameters,
) -> lightgbm.Booster:
    weight = balanced_weights(data.truth)
    train = lightgbm.Dataset(rows[learnt], data.truth[learnt], weight=weight[learnt])
    watched = train.create_valid(rows[~learnt], data.truth[~learnt], weight=weight[~learnt])
    booster = lightgbm.train(
        _settings(data.genres, int(learnt.sum()), parameters),
        train,
        parameters.max_booster_rounds,
        valid_sets=[watched],
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
    )
    best = max(booster.best_iteration, 1)
    return lightgbm.Booster(model_str=booster.model_to_string(num_iteration=best))


def _settings(genres: int, rows: int, parameters: TrainingParameters) -> dict[str, object]:
    return {
        "objective": "multiclass",
        "num_class": genres,
        "num_leaves": parameters.booster_leaves,
        "learning_rate": parameters.booster_learning_rate,
        "feature_fraction": parameters.booster_feature_fraction,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "min_data_in_leaf": parameters.tracks_per_booster_leaf,
        "max_bin": 63,
        "num_threads": 1 if rows < _ROWS_WORTH_THREADS else 0,
        "seed": parameters.seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
