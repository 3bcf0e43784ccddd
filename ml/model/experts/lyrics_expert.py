"""Score genres by words alone, with the weights that `ml.training.fits.lyrics_fitting` learnt.

The score is linear in the words of a text, so the share of each word is exact.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.track import FloatMatrix

FloatArray = npt.NDArray[np.float64]
Float32Matrix = npt.NDArray[np.float32]
Truth = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class LyricsExpert:
    """A linear model over words, which counts them in two ways.

    Each word of a text adds its `tfidf_weights` divided by the length of the text's IDF vector, and
    its `count_weights` divided by the square root of the number of words; `bias` is added once.

    Attributes
    ----------
    squared_idf : float32 array, shape (n_words,)
    tfidf_weights, count_weights : float32 arrays, shape (n_words, n_genres)
        Each row sums to 0, because only differences between genres count.
    bias : float64 array, shape (n_genres,)
    """

    squared_idf: npt.NDArray[np.float32]
    tfidf_weights: Float32Matrix
    count_weights: Float32Matrix
    bias: FloatArray

    def scores(self, incidence: sparse.csr_matrix) -> FloatMatrix:
        """Return scores, shape (n_texts, n_genres), for rows of ones from `Vocabulary`."""
        by_idf, by_count = self._lengths(incidence)
        scores = (incidence @ self.tfidf_weights) / by_idf + (
            incidence @ self.count_weights
        ) / by_count
        return np.asarray(scores, dtype=np.float64) + self.bias

    def word_scores(self, text: sparse.csr_matrix) -> FloatMatrix:
        """Split the scores of one text into a row for each of `text.indices`, without `bias`."""
        by_idf, by_count = self._lengths(text)
        words = text.indices
        parts = self.tfidf_weights[words] / by_idf + self.count_weights[words] / by_count
        return np.asarray(parts, dtype=np.float64)

    def _lengths(self, incidence: sparse.csr_matrix) -> tuple[Float32Matrix, Float32Matrix]:
        by_idf = np.sqrt(incidence @ self.squared_idf)
        by_count = np.sqrt(np.diff(incidence.indptr)).astype(np.float32)
        # A text without known words has length 0; its scores are the bias.
        by_idf[by_idf == 0] = 1
        by_count[by_count == 0] = 1
        return by_idf[:, None], by_count[:, None]
