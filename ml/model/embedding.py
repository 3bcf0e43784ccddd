"""Where tracks are in a model's space: the inputs of a kernel between tracks."""

from dataclasses import dataclass

from scipy import sparse

from ml.model.predictions import GenrePredictions
from ml.track import FloatMatrix


@dataclass(frozen=True, slots=True)
class TrackEmbedding:
    """What a model thinks of tracks, and where they are by sound and by words.

    Predictions and positions come together because both need the features of the tracks, and
    building those takes a large part of the time of a prediction.

    Attributes
    ----------
    predictions : GenrePredictions
    sound : float64 array, shape (n_tracks, n_sound)
        Normal scores of audio columns, -2.33 to 2.33; 0 is the median training track.
    words : float32 CSR matrix, shape (n_tracks, n_words)
        IDF-weighted words. Rows have length 1, so that `words @ words.T` is the cosine similarity;
        a track without a known word has an empty row.
    """

    predictions: GenrePredictions
    sound: FloatMatrix
    words: sparse.csr_matrix

    def __len__(self) -> int:
        return len(self.sound)
