"""Name the answered tracks that decided, and the unanswered ones that sound like a track."""

from dataclasses import dataclass

import numpy as np

from ml.learning.embedding import Embedding
from ml.learning.kernel_regression.kernel import Kernel
from ml.learning.kernel_regression.learnt import Learnt


@dataclass(frozen=True, slots=True)
class DecidingAnswer:
    """An answer that moved a decision: "sounds like `title`, which you filed under `genre`".

    `contribution` is what it adds to the log-odds of the explained genre; `similarity` is 0 to 1.
    """

    track_id: int
    title: str
    genre: str
    contribution: float
    similarity: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A similar track: its index, and its similarity from 0 to 1."""

    index: int
    similarity: float


def deciding_answers(
    learnt: Learnt, track: Embedding, genre: int, first: int = 5
) -> list[DecidingAnswer]:
    """Return the answers that moved the log-odds of `genre` most, the largest effect first.

    Over all answers the contributions add up to what was learnt about the track.

    Parameters
    ----------
    learnt : Learnt
        Of many answers it names those that stand for all.
    track : Embedding
        Of one track.
    genre : int
        Index into `learnt.genres`.
    first : int
        How many to return, at most.
    """
    points = learnt.points
    covariance = learnt.kernel.covariance(track, points.embedding)[0].astype(np.float64)
    added = learnt.trust.answers * covariance * learnt.weights[:, genre]
    similarity = learnt.kernel.similarity(track, points.embedding)[0]
    return [
        DecidingAnswer(
            track_id=int(points.track_ids[row]),
            title=points.titles[row],
            genre=learnt.genres[points.truth[row]],
            contribution=float(added[row]),
            similarity=float(similarity[row]),
        )
        for row in np.argsort(-np.abs(added), kind="stable")[:first].tolist()
    ]


def nearest(
    kernel: Kernel, track: Embedding, others: Embedding, first: int = 10
) -> list[Neighbour]:
    """Return the most similar of `others`, nearest first; `track` must not be among them."""
    similarity = kernel.similarity(track, others)[0]
    order = np.argsort(-similarity, kind="stable")[:first]
    return [Neighbour(row, float(similarity[row])) for row in order.tolist()]
