"""Tracks of a catalogue: those a person answered, and those not answered yet."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from ml.learning.arrays import Rows, Truth
from ml.learning.embedding import Embedding
from ml.track import FloatMatrix, IntArray

_LEAST = np.log(1e-3)


@dataclass(frozen=True, slots=True)
class Answers:
    """Tracks whose genre a person gave or confirmed.

    Attributes
    ----------
    embedding : Embedding
    log_odds : float64 array, shape (n_answers, n_parent_genres)
        Of the parent.
    truth : int array, shape (n_answers,)
        Index into the genres of the parent followed by the new ones.
    track_ids : int64 array, shape (n_answers,)
    titles : tuple of str
        By which an explanation names the tracks.
    """

    embedding: Embedding
    log_odds: FloatMatrix
    truth: Truth
    track_ids: IntArray
    titles: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, rows: npt.NDArray[np.intp]) -> "Answers":
        """Return the answers at `rows`, in that order."""
        return Answers(
            self.embedding.take(rows),
            self.log_odds[rows],
            self.truth[rows],
            self.track_ids[rows],
            tuple(self.titles[row] for row in rows.tolist()),
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """Tracks that could be asked about: the unanswered ones, or a random sample of them.

    Attributes
    ----------
    embedding : Embedding
    log_odds : float64 array, shape (n_tracks, n_parent_genres)
        Of the parent.
    track_ids : int64 array, shape (n_tracks,)
    """

    embedding: Embedding
    log_odds: FloatMatrix
    track_ids: IntArray

    def __len__(self) -> int:
        return len(self.track_ids)

    def take(self, rows: Rows) -> "Candidates":
        """Return the tracks that a boolean mask or an index array picks."""
        return Candidates(self.embedding.take(rows), self.log_odds[rows], self.track_ids[rows])


def with_new_genres(log_odds: FloatMatrix, genres: int) -> FloatMatrix:
    """Return log probabilities of the parent, with a column for each genre it never knew.

    None is below 1 in 1,000: a parent may be surer, but it is wrong more often than that.

    To a new genre the parent is indifferent: it gets the median of the track's log probabilities,
    which never wins by itself, and which a few answers on similar tracks outweigh.

    Parameters
    ----------
    log_odds : float64 array, shape (n_tracks, n_parent_genres)
    genres : int
        How many there are with the new ones, which come last.
    """
    known = np.maximum(log_softmax(log_odds, axis=1), _LEAST)
    new = genres - known.shape[1]
    return np.hstack([known, np.repeat(np.median(known, axis=1)[:, None], new, axis=1)])
