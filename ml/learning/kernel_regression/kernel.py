"""How alike two tracks are, by sound and by words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.learning.arrays import Float32Matrix
from ml.learning.embedding import Embedding


@dataclass(frozen=True, slots=True)
class Kernel:
    """Covariance `sound * exp(-width * distance^2) + words * cosine`."""

    sound: float = 2.0
    width: float = 1.5
    words: float = 1.0

    def covariance(self, left: Embedding, right: Embedding) -> Float32Matrix:
        """Return the covariances, shape (n_left, n_right)."""
        return self.by_sound(left.sound, right.sound) + self._by_words(left, right)

    def by_sound(self, left: Float32Matrix, right: Float32Matrix) -> Float32Matrix:
        """Return the part that is about sound, from `Embedding.sound`, shape (n_left, n_right)."""
        exponent = left @ (2 * self.width * right).T
        exponent -= self.width * np.square(left).sum(axis=1)[:, None]
        exponent -= self.width * np.square(right).sum(axis=1)
        # Rounding can make the distance of a track to itself negative.
        np.minimum(exponent, 0, out=exponent)
        np.exp(exponent, out=exponent)
        exponent *= self.sound
        return exponent

    def sound_scorer(
        self, points: Float32Matrix, weights: Float32Matrix
    ) -> Callable[[Float32Matrix], Float32Matrix]:
        """Return what computes `by_sound(tracks, points) @ weights`, in fewer passes.

        Of exp(-w |a - b|^2) the factor exp(-w |a|^2) is that of the track and comes last. What
        remains is at most exp(w |a|^2), which is small as `Embedder` bounds the columns.
        """
        norms = -self.width * np.square(points).sum(axis=1)
        directions, scaled = (2 * self.width * points).T.copy(), self.sound * weights

        def score(tracks: Float32Matrix) -> Float32Matrix:
            exponent = tracks @ directions
            exponent += norms
            own = np.exp(-self.width * np.square(tracks).sum(axis=1))
            return np.asarray(own[:, None] * (np.exp(exponent, out=exponent) @ scaled))

        return score

    def similarity(self, left: Embedding, right: Embedding) -> Float32Matrix:
        """Return likeness from 0 to 1, shape (n_left, n_right); 1 is a track and itself."""
        alike = self.covariance(left, right)
        lengths = np.sqrt(self.variance(left)), np.sqrt(self.variance(right))
        return np.asarray(alike / lengths[0][:, None] / lengths[1], dtype=np.float32)

    def variance(self, tracks: Embedding) -> npt.NDArray[np.float64]:
        """Return the covariance of each track with itself, shape (n_tracks,)."""
        return np.asarray(
            self.sound + self.words * (np.diff(tracks.words.indptr) > 0), dtype=np.float64
        )

    def _by_words(self, left: Embedding, right: Embedding) -> Float32Matrix:
        # Sparse by dense is faster than sparse by sparse: common words are in most tracks.
        cosine = left.words @ right.words.T.toarray(order="C")
        return np.asarray(self.words * cosine, dtype=np.float32)
