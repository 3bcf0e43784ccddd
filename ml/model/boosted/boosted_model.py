"""The model of the kind `lightgbm`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ml.errors import UnknownGenreError
from ml.model.boosted.boosted_scorer import BoostedScorer
from ml.model.experts.features import ExpertFeatures, FeatureSpec
from ml.model.explanation import Contribution, Explanation
from ml.model.predictions import GenrePredictions
from ml.model.vocabulary import Vocabulary
from ml.track import TrackTable


@dataclass(frozen=True, slots=True)
class BoostedModel:
    """`ml.model.genre_model.WordModel`."""

    version: str
    genres: tuple[str, ...]
    uncertain_below: float
    spec: FeatureSpec
    scorer: BoostedScorer

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The chosen numbers, those made from them, then `word=...` for each word."""
        return self.scorer.table.names(self.spec.vocabulary.words)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the features."""
        return self.spec.vocabulary

    def predict(self, tracks: TrackTable) -> GenrePredictions:
        """Return the genre probabilities of `tracks`."""
        return self.predict_with_words(tracks)[0]

    def predict_with_words(self, tracks: TrackTable) -> tuple[GenrePredictions, sparse.csr_matrix]:
        """Return the genre probabilities and the words of `tracks`."""
        features = self.spec.build(tracks)
        if len(features) == 0:
            return GenrePredictions(self.genres, np.empty((0, len(self.genres)))), features.words
        return GenrePredictions(self.genres, self.scorer.probabilities(features)), features.words

    def explain(
        self,
        tracks: TrackTable,
        *,
        genres: Sequence[str] | None = None,
        first: int | None = 10,
    ) -> list[Explanation]:
        """Return the reasons for one genre of each track; a missing word can be a reason too."""
        if len(tracks) == 0:
            return []
        features = self.spec.build(tracks)
        if genres is None:
            wanted = self.scorer.log_odds(features).argmax(axis=1).tolist()
        else:
            wanted = [self._position(genre) for genre in genres]
        return [self._explain(features, row, genre, first) for row, genre in enumerate(wanted)]

    def _explain(
        self, features: ExpertFeatures, row: int, genre: int, first: int | None
    ) -> Explanation:
        track = ExpertFeatures(features.words[row], features.numbers[row : row + 1])
        values = self.scorer.table.build(track).toarray()[0]
        scores = self.scorer.column_scores(track)[:, genre]
        parts = [
            Contribution(name, f"{value:g}", float(score))
            for name, value, score in zip(self.feature_names, values, scores[:-1], strict=True)
            if score != 0
        ]
        parts.sort(key=lambda part: -abs(part.contribution))
        total, baseline = float(scores.sum()), float(scores[-1])
        return Explanation(self.genres[genre], total, baseline, tuple(parts[:first]))

    def _position(self, genre: str) -> int:
        if genre not in self.genres:
            raise UnknownGenreError(genre, self.genres)
        return self.genres.index(genre)
