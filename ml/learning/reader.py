"""Read of tracks what learning needs: what the parent says, and the features that are compared."""

from dataclasses import dataclass

from scipy import sparse

from ml.model.genre_model import GenreModel, WordModel
from ml.model.vocabulary import Vocabulary, split_tracks
from ml.track import FloatMatrix, TrackTable

_MIN_TEXTS = 2
"""A word that only one track has says nothing about another."""


@dataclass(frozen=True, slots=True)
class ReadTracks:
    """What was read of a table of tracks.

    Attributes
    ----------
    log_odds : float64 array, shape (n_tracks, n_parent_genres)
        Of the parent, in nats.
    numbers : float64 array, shape (n_tracks, 154)
    words : float32 CSR matrix of ones, shape (n_tracks, n_words)
    """

    log_odds: FloatMatrix
    numbers: FloatMatrix
    words: sparse.csr_matrix


@dataclass(frozen=True, slots=True)
class TrackReader:
    """Reads tracks for a parent; `own_vocabulary` is only set for parents without words."""

    parent: GenreModel
    own_vocabulary: Vocabulary | None = None

    @classmethod
    def fit(cls, parent: GenreModel, sample: TrackTable) -> "TrackReader":
        """Use the words of the parent, or collect those of `sample` if it has none."""
        if isinstance(parent, WordModel):
            return cls(parent)
        return cls(parent, Vocabulary.fit(split_tracks(sample), min_texts=_MIN_TEXTS))

    @property
    def own_words(self) -> tuple[str, ...]:
        """The words of the columns, if they are not those of the parent."""
        return self.own_vocabulary.words if self.own_vocabulary else ()

    def read(self, tracks: TrackTable) -> ReadTracks:
        """Read a table of at least one track."""
        parent = self.parent
        if self.own_vocabulary is None and isinstance(parent, WordModel):
            predictions, words = parent.predict_with_words(tracks)
        else:
            vocabulary = self.own_vocabulary or Vocabulary(())
            predictions = parent.predict(tracks)
            words = vocabulary.incidence(split_tracks(tracks))
        return ReadTracks(predictions.log_odds, tracks.numbers, words)
