"""Add up the scores of the experts and of the trees that correct them; apply a temperature."""

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
from scipy.special import softmax

from ml.model.experts.audio_expert import AudioExpert
from ml.model.experts.features import ExpertFeatures
from ml.model.experts.lyrics_expert import LyricsExpert
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
        corrected = mean_tree_scores(
            self.boosters, features.numbers, self.genre_count, self.threads
        )
        return np.asarray(self.temperature * (self.pooled(features) + corrected))

    def probabilities(self, features: ExpertFeatures) -> FloatMatrix:
        """Return the genre probabilities, shape (n_tracks, n_genres); each row sums to 1."""
        return np.asarray(softmax(self.log_odds(features), axis=1))
