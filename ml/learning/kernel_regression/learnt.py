"""What was learnt from answers, and the probabilities that follow."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from ml.learning.answers import Answers, with_new_genres
from ml.learning.arrays import Float32Matrix
from ml.learning.embedding import Embedding
from ml.learning.kernel_regression.kernel import Kernel
from ml.learning.kernel_regression.trust import Trust
from ml.track import FloatMatrix, IntArray

_BLOCK_ROWS = 256


@dataclass(frozen=True, slots=True)
class Learnt:
    """The correction of a parent. Nothing in it changes: it is safe to use from several threads.

    Attributes
    ----------
    genres : tuple of str
        Those of the parent in its order, then the new ones.
    kernel : Kernel
    trust : Trust
    points : Answers
        All answers, or those that stand for them if there are many.
    weights : float32 array, shape (n_points, n_genres)
        Of the covariances with the points.
    answered : int64 array, shape (n_answers,)
        Track ids of all answers, ascending.
    counts : tuple of int
        Answers of each genre.
    """

    genres: tuple[str, ...]
    kernel: Kernel
    trust: Trust
    points: Answers
    weights: Float32Matrix
    answered: IntArray
    counts: tuple[int, ...]

    def log_odds(self, tracks: Embedding, log_odds: FloatMatrix) -> FloatMatrix:
        """Correct the parent's log-odds.

        Parameters
        ----------
        tracks : Embedding
        log_odds : float64 array, shape (n_tracks, n_parent_genres)

        Returns
        -------
        float64 array, shape (n_tracks, n_genres)
            What the probabilities are the softmax of.
        """
        parent = with_new_genres(log_odds, len(self.genres))
        return self.trust.logits(parent, self.regression(tracks).astype(np.float64))

    def probabilities(self, tracks: Embedding, log_odds: FloatMatrix) -> FloatMatrix:
        """Return the genre probabilities, shape (n_tracks, n_genres); each row sums to 1."""
        return np.asarray(softmax(self.log_odds(tracks, log_odds), axis=1))

    def regression(self, tracks: Embedding) -> Float32Matrix:
        """Return what the answers add, before trust, shape (n_tracks, n_genres)."""
        # The cosine is linear: all points' words become one weight for each word and genre.
        by_word = self.kernel.words * (self.points.embedding.words.T @ self.weights)
        added = tracks.words @ by_word
        by_sound = self.kernel.sound_scorer(self.points.embedding.sound, self.weights)
        # In blocks that stay in the cache, since a track has a covariance with each point.
        for start in range(0, len(tracks), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            added[block] += by_sound(tracks.sound[block])
        return np.asarray(added, dtype=np.float32)
