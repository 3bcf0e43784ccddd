"""Add up the scores of the experts and of the trees that correct them; apply a temperature."""

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
from scipy.special import softmax

from ml.model.experts.audio_expert import AudioExpert
from ml.model.experts.features import ExpertFeatures
from ml.model.experts.lyrics_expert import LyricsExpert
from ml.model.experts.partial import CASES, Case, fill_gaps, partial_rows
from ml.model.experts.tree_scores import mean_tree_scores
from ml.track import FloatMatrix


@dataclass(frozen=True, slots=True)
class GenreScorer:
    """Everything that training learnt; the sum of all scores is the log-odds.

    The weights of the experts are part of their scores, and every genre has the same prior.
    """

    lyrics: LyricsExpert
    audio: Sequence[AudioExpert]
    boosters: Sequence[lightgbm.Booster]
    temperature: float
    threads: int = 0

    @property
    def genre_count(self) -> int:
        """Number of genres."""
        return len(self.lyrics.bias)

    def pooled(self, features: ExpertFeatures) -> FloatMatrix:
        """Return the scores of the experts alone, shape (n_tracks, n_genres)."""
        sound = sum(expert.scores(features.numbers) for expert in self.audio)
        return np.asarray(self.lyrics.scores(features.words) + sound)

    def log_odds(self, features: ExpertFeatures) -> FloatMatrix:
        """Return the inputs of the softmax, shape (n_tracks, n_genres)."""
        is_partial = partial_rows(features)
        if not is_partial.any():
            return self._whole_log_odds(features)
        log_odds = np.empty((len(features), self.genre_count))
        whole = np.flatnonzero(~is_partial)
        if len(whole):
            log_odds[whole] = self._whole_log_odds(features.take(whole))
        assert features.basis is not None
        for basis in np.unique(features.basis[is_partial]).tolist():
            rows = np.flatnonzero(is_partial & (features.basis == basis))
            log_odds[rows] = self._partial_log_odds(features.take(rows), CASES[basis])
        return log_odds

    def _partial_log_odds(self, features: ExpertFeatures, case: Case) -> FloatMatrix:
        scores = np.zeros((len(features), self.genre_count))
        if case.words:
            scores += self.lyrics.scores(features.words)
        if case.sound:
            numbers = fill_gaps(self.audio, features.numbers)
            scores += sum(expert.scores(numbers) for expert in self.audio)
        return self.temperature * case.factor * scores

    def _whole_log_odds(self, features: ExpertFeatures) -> FloatMatrix:
        corrected = mean_tree_scores(
            self.boosters, features.numbers, self.genre_count, self.threads
        )
        return np.asarray(self.temperature * (self.pooled(features) + corrected))

    def probabilities(self, features: ExpertFeatures) -> FloatMatrix:
        """Return the genre probabilities, shape (n_tracks, n_genres); each row sums to 1."""
        return np.asarray(softmax(self.log_odds(features), axis=1))
