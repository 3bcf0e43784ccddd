"""A catalogue whose genres are known, new to the parent that classifies it; for simulations.

Whole groups of tracks are divided between two halves, and each half is classified by a model
trained on the other.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.learning.answers import Answers, Candidates
from ml.learning.embedding import Embedder, Embedding
from ml.track import FloatMatrix
from ml.training.data.groups import deal_folds, track_groups
from ml.training.data.training_set import TrainingSet
from ml.training.fits.fitting import fit_scorer
from ml.training.parameters import TrainingParameters

_TRACKS_PER_GROUP = 60
"""Two or three groups per genre, as different as artists are."""

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Catalogue:
    """Tracks with their genres, and the predictions of parents not trained on their group."""

    numbers: FloatMatrix
    words: sparse.csr_matrix
    log_odds: FloatMatrix
    truth: Rows
    embedder: Embedder
    embedding: Embedding

    def __len__(self) -> int:
        return len(self.truth)

    def answers(self, rows: Rows) -> Answers:
        """Answer some tracks with their labels."""
        titles = tuple(map(str, rows.tolist()))
        embedding = self.embedding.take(rows)
        return Answers(embedding, self.log_odds[rows], self.truth[rows], rows, titles)

    def candidates(self, rows: Rows) -> Candidates:
        """Return some tracks without their genre."""
        return Candidates(self.embedding.take(rows), self.log_odds[rows], rows)

    def others(self, rows: Rows) -> Rows:
        """Return the rows that are not among `rows`."""
        return np.setdiff1d(np.arange(len(self)), rows)

    @property
    def genres(self) -> tuple[str, ...]:
        """Names for the genres."""
        return tuple(map(str, range(self.log_odds.shape[1])))


def make_catalogue(known: TrainingSet, parameters: TrainingParameters, seed: int) -> Catalogue:
    """Classify each half of the groups by a parent trained on the other."""
    features, truth = known.features, known.truth
    groups = track_groups(
        features.numbers,
        features.words,
        truth,
        tracks_per_group=_TRACKS_PER_GROUP,
        min_groups=2,
    )
    half = deal_folds(groups, truth, 2, seed)
    log_odds = np.zeros((len(known), known.genres))
    for side in (0, 1):
        parent = fit_scorer(known.take(half != side), parameters).scorer
        log_odds[half == side] = parent.log_odds(known.take(half == side).features)
    embedder = Embedder.fit(features.numbers, features.words)
    embedding = embedder.embed(features.numbers, features.words)
    return Catalogue(features.numbers, features.words, log_odds, truth, embedder, embedding)
