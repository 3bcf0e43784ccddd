"""The model that decides: experts on words and sound, corrected by LightGBM fold models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ml.errors import UnknownGenreError
from ml.model.explanation import Explanation, explain_track
from ml.model.features import FeatureSpec, TrackFeatures
from ml.model.scorer import GenreScorer
from ml.store.manifest import Manifest
from ml.track import FloatMatrix, TrackTable


@dataclass(frozen=True, slots=True)
class GenrePredictions:
    """Probabilities of a table of tracks.

    Attributes
    ----------
    genres : tuple of str
        The order of the columns.
    probabilities : float64 array, shape (n_tracks, n_genres)
        Each row sums to 1.
    """

    genres: tuple[str, ...]
    probabilities: FloatMatrix

    @property
    def best(self) -> npt.NDArray[np.intp]:
        """Index of the most probable genre of each track, shape (n_tracks,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def confidence(self) -> npt.NDArray[np.float64]:
        """Probability of the most probable genre of each track, shape (n_tracks,)."""
        return np.asarray(self.probabilities.max(axis=1))


@dataclass(frozen=True, slots=True)
class GenreEnsemble:
    """A model that is loaded. Nothing in it changes: it is safe to use from several threads."""

    manifest: Manifest
    spec: FeatureSpec
    scorer: GenreScorer

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres of the training labels, in the order of the probability columns."""
        return self.manifest.genres

    @property
    def version(self) -> str:
        """The version of the model, a hash of its content."""
        return self.manifest.version

    def predict(self, tracks: TrackTable) -> GenrePredictions:
        """Return the genre probabilities of `tracks`."""
        if len(tracks) == 0:
            return GenrePredictions(self.genres, np.empty((0, len(self.genres))))
        features = self.spec.build(tracks)
        return GenrePredictions(self.genres, self.scorer.probabilities(features))

    def explain(
        self,
        tracks: TrackTable,
        *,
        genres: Sequence[str] | None = None,
        first: int | None = 10,
    ) -> list[Explanation]:
        """Say what spoke for and against a genre of each track; some milliseconds a track.

        Parameters
        ----------
        tracks : TrackTable
        genres : sequence of str, shape (n_tracks,), optional
            The genre to explain of each track; the predicted one by default.
        first : int or None
            How many contributions to give, the largest first; None for all.

        Raises
        ------
        UnknownGenreError
            The model does not know a genre of `genres`.
        """
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
            track = TrackFeatures(features.words[row], features.numbers[row : row + 1])
            full = explain_track(self.scorer, track, names, genre, self.genres[genre])
            explanations.append(replace(full, contributions=full.contributions[:first]))
        return explanations

    def _position(self, genre: str) -> int:
        if genre not in self.genres:
            raise UnknownGenreError(genre, self.genres)
        return self.genres.index(genre)
