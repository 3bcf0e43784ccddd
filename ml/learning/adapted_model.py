"""The model of the kind `adapted`: a parent, corrected by what a person's answers taught."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import softmax

from ml.errors import UnknownGenreError
from ml.learning.adaptation import Adaptation
from ml.learning.answers import with_new_genres
from ml.learning.embedding import Embedding
from ml.learning.neighbours import deciding_answers
from ml.learning.reader import TrackReader
from ml.model.explanation import Contribution, Explanation
from ml.model.genre_model import GenreModel, takes_partial
from ml.model.predictions import GenrePredictions
from ml.track import FloatMatrix, TrackTable

ANSWER_PREFIX = "answer="
"""A contribution with this prefix and a track id is that of an answered track."""
AS_LIKELY_RIGHT = 0.5
"""Confidence means what it says after learning, so half right is a confidence of one half."""


@dataclass(frozen=True, slots=True)
class AdaptedModel:
    """`ml.model.genre_model.GenreModel`."""

    version: str
    adaptation: Adaptation
    reader: TrackReader
    uncertain_below: float = AS_LIKELY_RIGHT

    @property
    def parent(self) -> GenreModel:
        """The model that is corrected."""
        return self.reader.parent

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres of the parent, then those that only answers know."""
        return self.adaptation.genres

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What the parent and the embedder look at; answered tracks come in addition, by id."""
        columns = self.adaptation.embedder.columns
        return tuple(dict.fromkeys([*self.parent.feature_names, *columns]))

    def predict(self, tracks: TrackTable) -> GenrePredictions:
        """Return the genre probabilities of `tracks`."""
        probabilities = np.empty((len(tracks), len(self.genres)))
        is_partial = tracks.partial
        for rows, log_odds in (
            (np.flatnonzero(~is_partial), self._corrected),
            (np.flatnonzero(is_partial), self._uncorrected),
        ):
            if len(rows):
                part = tracks if len(rows) == len(tracks) else tracks.take(rows)
                probabilities[rows] = softmax(log_odds(part), axis=1)
        return GenrePredictions(self.genres, probabilities)

    @property
    def takes_partial(self) -> bool:
        """As the parent: partial tracks have no place among the answers, so it decides alone."""
        return takes_partial(self.parent)

    def _corrected(self, tracks: TrackTable) -> FloatMatrix:
        read = self.reader.read(tracks)
        return self.adaptation.log_odds(read.numbers, read.words, read.log_odds)

    def _uncorrected(self, tracks: TrackTable) -> FloatMatrix:
        return with_new_genres(self.parent.predict(tracks).log_odds, len(self.genres))

    def explain(
        self,
        tracks: TrackTable,
        *,
        genres: Sequence[str] | None = None,
        first: int | None = 10,
    ) -> list[Explanation]:
        """Return the answered tracks and the parent's reasons that decided, strongest first.

        A contribution of an answered track is called `answer=ID`; its value is the track's title
        and genre.
        """
        if len(tracks) == 0:
            return []
        if tracks.partial.any():
            return [
                self._explain_one(tracks.take(np.array([row])), genre, first)
                for row, genre in enumerate(genres or [None] * len(tracks))
            ]
        read = self.reader.read(tracks)
        places = self.adaptation.embedder.embed(read.numbers, read.words)
        log_odds = self.adaptation.learnt.log_odds(places, read.log_odds)
        wanted = self._positions(log_odds, genres)
        explanations = []
        for row, genre in enumerate(wanted):
            one = tracks.take(np.array([row]))
            full = self._explain(one, places.take(np.array([row])), log_odds[row], genre)
            explanations.append(replace(full, contributions=full.contributions[:first]))
        return explanations

    def _explain_one(self, track: TrackTable, genre: str | None, first: int | None) -> Explanation:
        genres = None if genre is None else [genre]
        if not track.partial.any():
            whole = replace(track, basis=None)
            return self.explain(whole, genres=genres, first=first)[0]
        log_odds = self._uncorrected(track)
        (position,) = self._positions(log_odds, genres)
        reasons = self._parent_reasons(track, self.genres[position], share=1.0)
        full = self._explanation(log_odds[0], position, reasons)
        return replace(full, contributions=full.contributions[:first])

    def _positions(self, log_odds: FloatMatrix, genres: Sequence[str] | None) -> list[int]:
        if genres is None:
            return [int(best) for best in log_odds.argmax(axis=1)]
        for genre in genres:
            if genre not in self.genres:
                raise UnknownGenreError(genre, self.genres)
        return [self.genres.index(genre) for genre in genres]

    def _explain(
        self, track: TrackTable, place: Embedding, log_odds: FloatMatrix, genre: int
    ) -> Explanation:
        share = self.adaptation.learnt.trust.parent
        reasons = self._parent_reasons(track, self.genres[genre], share=share)
        return self._explanation(log_odds, genre, [*self._answers(place, genre), *reasons])

    def _explanation(
        self, log_odds: FloatMatrix, genre: int, contributions: list[Contribution]
    ) -> Explanation:
        contributions.sort(key=lambda contribution: -abs(contribution.contribution))
        total = float(log_odds[genre] - log_odds.mean())
        explained = sum(contribution.contribution for contribution in contributions)
        return Explanation(self.genres[genre], total, total - explained, tuple(contributions))

    def _answers(self, place: Embedding, genre: int) -> list[Contribution]:
        learnt = self.adaptation.learnt
        return [
            Contribution(
                f"{ANSWER_PREFIX}{answer.track_id}",
                f"{answer.title} ({answer.genre})",
                answer.contribution,
            )
            for answer in deciding_answers(learnt, place, genre, first=len(learnt.points))
            if answer.contribution != 0
        ]

    def _parent_reasons(self, track: TrackTable, genre: str, *, share: float) -> list[Contribution]:
        """Return the parent's reasons, in its share of the decision; none for a new genre."""
        if genre not in self.parent.genres:
            return []
        (explanation,) = self.parent.explain(track, genres=[genre], first=None)
        return [
            replace(contribution, contribution=share * contribution.contribution)
            for contribution in explanation.contributions
        ]
