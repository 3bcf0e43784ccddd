"""How alike two tracks are, by sound and by words."""

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

    def similarity(self, left: Embedding, right: Embedding) -> Float32Matrix:
        """Return likeness from 0 to 1, shape (n_left, n_right); 1 is a track and itself."""
        alike = self.covariance(left, right)
        lengths = np.sqrt(self._variance(left)), np.sqrt(self._variance(right))
        return np.asarray(alike / lengths[0][:, None] / lengths[1], dtype=np.float32)

    def _by_words(self, left: Embedding, right: Embedding) -> Float32Matrix:
        # Sparse by dense is faster than sparse by sparse: common words are in most tracks.
        cosine = left.words @ right.words.T.toarray(order="C")
        return np.asarray(self.words * cosine, dtype=np.float32)

    def _variance(self, tracks: Embedding) -> npt.NDArray[np.float64]:
        return np.asarray(
            self.sound + self.words * (np.diff(tracks.words.indptr) > 0), dtype=np.float64
        )
