"""A learnt correction with all that applies it to the features of any track."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ml.learning.answers import Answers, Candidates
from ml.learning.embedding import Embedder
from ml.learning.estimates.gain import next_gain
from ml.learning.estimates.worth import Worth, estimate_worth
from ml.learning.kernel_regression.learner import learn
from ml.learning.kernel_regression.learnt import Learnt
from ml.track import FloatMatrix


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What makes a parent an adapted model; it is stored as a whole.

    Attributes
    ----------
    parent_version : str
        Of the model whose log-odds are corrected.
    vocabulary : tuple of str
        Words of the embedder's columns, if they are not those of the parent; else empty.
    embedder : Embedder
    learnt : Learnt
    worth : Worth or None
        None below 20 answers, as is `next_ten_gain`.
    next_ten_gain : float or None
        Accuracy that ten more answers would bring, 0 to 1.
    """

    parent_version: str
    vocabulary: tuple[str, ...]
    embedder: Embedder
    learnt: Learnt
    worth: Worth | None
    next_ten_gain: float | None

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres of the parent, then those that were taught."""
        return self.learnt.genres

    def log_odds(
        self, numbers: FloatMatrix, words: sparse.csr_matrix, parent: FloatMatrix
    ) -> FloatMatrix:
        """Correct the log-odds of the parent.

        Parameters
        ----------
        numbers : float64 array, shape (n_tracks, 154)
        words : CSR matrix of ones, shape (n_tracks, n_words)
        parent : float64 array, shape (n_tracks, n_parent_genres)
        """
        return self.learnt.log_odds(self.embedder.embed(numbers, words), parent)


def adapt(
    answers: Answers,
    unanswered: Candidates,
    genres: Sequence[str],
    embedder: Embedder,
    *,
    parent_version: str,
    vocabulary: Sequence[str] = (),
) -> Adaptation:
    """Learn from the answers, and estimate what they are worth.

    Parameters
    ----------
    answers : Answers
        Oldest first: the gain to expect is judged by the younger half.
    unanswered : Candidates
        A random sample of the tracks that are not answered; 2,000 are enough.
    genres : sequence of str
        Those of the parent in its order, then the new ones.
    embedder : Embedder
        By which `answers` and `unanswered` were placed.
    parent_version : str
    vocabulary : sequence of str
        Words of the embedder, if they are not those of the parent.
    """
    learnt = learn(answers, tuple(genres))
    earlier = learn(answers.take(np.arange(len(answers) // 2)), tuple(genres))
    worth = estimate_worth(learnt, unanswered)
    return Adaptation(
        parent_version=parent_version,
        vocabulary=tuple(vocabulary),
        embedder=embedder,
        learnt=learnt,
        worth=worth,
        next_ten_gain=next_gain(learnt, earlier, unanswered) if worth else None,
    )
