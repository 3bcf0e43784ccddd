"""Collect the predictions of tracks whose genres are known.

Scoring them is up to `ml.report.scores`, which needs scikit-learn; a service does not.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.track import FloatMatrix, TrackTable

MISTAKES = 20


@dataclass(frozen=True, slots=True)
class Mistake:
    """A track with another genre than the model says."""

    title: str
    genre: str
    predicted: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Labelled:
    """The tracks that have a genre which the model knows.

    Attributes
    ----------
    probabilities : float64 array, shape (n_labelled, n_genres)
    truth : int array, shape (n_labelled,)
    mistakes : sequence of Mistake
        The most confident ones.
    unlabelled : int
        Tracks without a genre.
    unknown : mapping of str to int
        Tracks by genre, of genres that the model does not know.
    """

    probabilities: FloatMatrix
    truth: npt.NDArray[np.intp]
    mistakes: Sequence[Mistake]
    unlabelled: int
    unknown: Mapping[str, int]


class LabelCollector:
    """Looks up the genre of each track by its id."""

    def __init__(self, genres: Sequence[str], labels: Mapping[int, str]) -> None:
        self._genres, self._labels = genres, labels
        self._position = {genre: position for position, genre in enumerate(genres)}
        self._probabilities: list[FloatMatrix] = [np.empty((0, len(genres)))]
        self._truth: list[npt.NDArray[np.intp]] = [np.empty(0, dtype=np.intp)]
        self._mistakes: list[Mistake] = []
        self._unlabelled = 0
        self._unknown: Counter[str] = Counter()

    def add(self, tracks: TrackTable, probabilities: FloatMatrix) -> None:
        """Take some tracks."""
        found = [self._labels.get(int(track_id)) for track_id in tracks.track_ids]
        self._unlabelled += found.count(None)
        self._unknown.update(label for label in found if label and label not in self._position)
        truth = np.array([self._position.get(label or "", -1) for label in found], dtype=np.intp)
        rows = np.flatnonzero(truth >= 0)
        self._truth.append(truth[rows])
        self._probabilities.append(probabilities[rows])
        self._add_mistakes(tracks, probabilities, truth)

    def end(self) -> Labelled:
        """Return what was collected."""
        return Labelled(
            np.concatenate(self._probabilities),
            np.concatenate(self._truth),
            self._mistakes,
            self._unlabelled,
            dict(self._unknown.most_common()),
        )

    def _add_mistakes(
        self, tracks: TrackTable, probabilities: FloatMatrix, truth: npt.NDArray[np.intp]
    ) -> None:
        best, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
        wrong = np.flatnonzero((truth >= 0) & (best != truth))
        for row in wrong[np.argsort(-confidence[wrong], kind="stable")][:MISTAKES]:
            self._mistakes.append(
                Mistake(
                    tracks.titles[int(row)].as_py(),
                    self._genres[truth[row]],
                    self._genres[best[row]],
                    float(confidence[row]),
                )
            )
        self._mistakes.sort(key=lambda mistake: -mistake.confidence)
        del self._mistakes[MISTAKES:]
