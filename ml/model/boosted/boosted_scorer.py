"""Average the scores of LightGBM boosters, and apply a temperature."""

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
from scipy import sparse
from scipy.special import softmax

from ml.model.boosted.boosted_table import BoostedTable
from ml.model.experts.features import ExpertFeatures
from ml.track import FloatMatrix


@dataclass(frozen=True, slots=True)
class BoostedScorer:
    """Everything that training learnt; the log-odds are `temperature` times the mean scores."""

    table: BoostedTable
    boosters: Sequence[lightgbm.Booster]
    temperature: float
    threads: int = 0

    @property
    def genre_count(self) -> int:
        """Number of genres."""
        return int(self.boosters[0].num_model_per_iteration())

    def log_odds(self, features: ExpertFeatures) -> FloatMatrix:
        """Return the inputs of the softmax, shape (n_tracks, n_genres)."""
        return self.temperature * self._scores(self.table.build(features))

    def probabilities(self, features: ExpertFeatures) -> FloatMatrix:
        """Return the genre probabilities, shape (n_tracks, n_genres); each row sums to 1."""
        return np.asarray(softmax(self.log_odds(features), axis=1))

    def column_scores(self, features: ExpertFeatures) -> FloatMatrix:
        """Split the log-odds of one track by column: SHAP values.

        Returns
        -------
        float64 array, shape (n_columns + 1, n_genres)
            The last row is the baseline. Each row sums to 0.
        """
        row = self.table.build(features).toarray()
        total = sum(
            np.asarray(booster.predict(row, pred_contrib=True, num_threads=1))
            for booster in self.boosters
        )
        scores = np.reshape(total, (self.genre_count, -1)).T
        scores = self.temperature * scores / len(self.boosters)
        return np.asarray(scores - scores.mean(axis=1, keepdims=True))

    def _scores(self, table: sparse.csr_matrix) -> FloatMatrix:
        total = sum(
            np.asarray(booster.predict(table, raw_score=True, num_threads=self.threads))
            for booster in self.boosters
        )
        return np.asarray(total / len(self.boosters)).reshape(-1, self.genre_count)
