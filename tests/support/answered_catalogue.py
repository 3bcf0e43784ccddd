"""A made-up catalogue in which similar tracks share a genre, and a parent that is often wrong."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.columns import NUMBER_COLUMNS
from ml.learning.answers import Answers, Candidates
from ml.learning.embedding import Embedder, Embedding
from ml.track import FloatMatrix

GENRES = ("folk", "metal", "pop")
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class MadeUpCatalogue:
    """Tracks by twelve artists; the parent knows the genre of half of them and guesses the rest."""

    numbers: FloatMatrix
    words: sparse.csr_matrix
    log_odds: FloatMatrix
    truth: Rows
    embedder: Embedder

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def embedding(self) -> Embedding:
        return self.embedder.embed(self.numbers, self.words)

    def answers(self, rows: Rows) -> Answers:
        titles = tuple(f"Song {row}" for row in rows.tolist())
        embedding = self.embedding.take(rows)
        return Answers(embedding, self.log_odds[rows], self.truth[rows], rows + 1, titles)

    def candidates(self, rows: Rows) -> Candidates:
        return Candidates(self.embedding.take(rows), self.log_odds[rows], rows + 1)

    def others(self, rows: Rows) -> Rows:
        return np.setdiff1d(np.arange(len(self)), rows)


def make_catalogue(tracks: int = 240, *, genres: int = 3, seed: int = 5) -> MadeUpCatalogue:
    """Draw `tracks` tracks of `genres` genres; the parent knows the first three."""
    draw = np.random.default_rng(seed)
    artist = draw.integers(4 * genres, size=tracks)
    truth = (artist % genres).astype(np.intp)
    places = draw.standard_normal((4 * genres, len(NUMBER_COLUMNS)))
    numbers = places[artist] + 0.7 * draw.standard_normal((tracks, len(NUMBER_COLUMNS)))
    likely = draw.random((4 * genres, 60)) ** 6
    words = sparse.csr_matrix(draw.random((tracks, 60)) < likely[artist], dtype=np.float32)
    heard = np.where(draw.random(tracks) < 0.5, truth, draw.integers(3, size=tracks)) % 3
    log_odds = 2 * np.eye(3)[heard] + 0.5 * draw.standard_normal((tracks, 3))
    embedder = Embedder.fit(numbers, words)
    return MadeUpCatalogue(numbers, words, log_odds, truth, embedder)
