"""The model of the kind `experts`: linear in words, kernels on sound, corrected by LightGBM."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ml.errors import UnknownGenreError
from ml.model.experts.contributions import explain_track
from ml.model.experts.features import ExpertFeatures, FeatureSpec
from ml.model.experts.scorer import GenreScorer
from ml.model.explanation import Explanation
from ml.model.predictions import GenrePredictions
from ml.model.vocabulary import Vocabulary
from ml.track import TrackTable


@dataclass(frozen=True, slots=True)
class ExpertEnsemble:
    """`ml.model.genre_model.WordModel`."""

    version: str
    genres: tuple[str, ...]
    uncertain_below: float
    spec: FeatureSpec
    scorer: GenreScorer

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The number columns, then `word=...` for each known word."""
        return self.spec.names

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the features."""
        return self.spec.vocabulary

    def predict(self, tracks: TrackTable) -> GenrePredictions:
        """Return the genre probabilities of `tracks`."""
        return self._predict(self.spec.build(tracks))

    def predict_with_words(self, tracks: TrackTable) -> tuple[GenrePredictions, sparse.csr_matrix]:
        """Return the genre probabilities and the words of `tracks`."""
        features = self.spec.build(tracks)
        return self._predict(features), features.words

    @property
    def takes_partial(self) -> bool:
        """There is an expert for words and one for sound."""
        return True

    def explain(
        self,
        tracks: TrackTable,
        *,
        genres: Sequence[str] | None = None,
        first: int | None = 10,
    ) -> list[Explanation]:
        """Return the reasons for one genre of each track; takes some milliseconds a track."""
        if len(tracks) == 0:
            return []
        features = self.spec.build(tracks)
        if genres is None:
            wanted = self.scorer.log_odds(features).argmax(axis=1).tolist()
        else:
            wanted = [self._position(genre) for genre in genres]
        names = self.spec.names
        explanations = []
        for row, genre in enumerate(wanted):
            track = features.take(np.array([row]))
            full = explain_track(self.scorer, track, names, genre, self.genres[genre])
            explanations.append(replace(full, contributions=full.contributions[:first]))
        return explanations

    def _predict(self, features: ExpertFeatures) -> GenrePredictions:
        if len(features) == 0:
            return GenrePredictions(self.genres, np.empty((0, len(self.genres))))
        return GenrePredictions(self.genres, self.scorer.probabilities(features))

    def _position(self, genre: str) -> int:
        if genre not in self.genres:
            raise UnknownGenreError(genre, self.genres)
        return self.genres.index(genre)
