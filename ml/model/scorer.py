"""The decision: experts on words and on sound, corrected by trees, sharpened by a temperature."""

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
from scipy.special import softmax

from ml.model.audio_expert import AudioExpert
from ml.model.features import TrackFeatures
from ml.model.lyrics_expert import LyricsExpert
from ml.model.tree_scores import mean_tree_scores
from ml.track import FloatMatrix


@dataclass(frozen=True, slots=True)
class GenreScorer:
    """Everything that was learnt. The sum of all scores is the logarithm of the odds.

    The experts' scores are in their weight already; every genre is as likely beforehand.
    """

    lyrics: LyricsExpert
    audio: Sequence[AudioExpert]
    boosters: Sequence[lightgbm.Booster]
    temperature: float
    threads: int = 0

    @property
    def genre_count(self) -> int:
        """How many genres the scores are of."""
        return len(self.lyrics.bias)

    def pooled(self, features: TrackFeatures) -> FloatMatrix:
        """Return the scores of the experts alone, shape (n_tracks, n_genres)."""
        sound = sum(expert.scores(features.numbers) for expert in self.audio)
        return np.asarray(self.lyrics.scores(features.words) + sound)

    def log_odds(self, features: TrackFeatures) -> FloatMatrix:
        """Return what the probabilities are the softmax of, shape (n_tracks, n_genres)."""
        corrected = mean_tree_scores(
            self.boosters, features.numbers, self.genre_count, self.threads
        )
        return np.asarray(self.temperature * (self.pooled(features) + corrected))

    def probabilities(self, features: TrackFeatures) -> FloatMatrix:
        """Return the genre probabilities, shape (n_tracks, n_genres); each row sums to 1."""
        return np.asarray(softmax(self.log_odds(features), axis=1))
