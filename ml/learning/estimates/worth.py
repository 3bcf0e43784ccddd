"""What the answers are worth: expected accuracy on the tracks that are not answered.

Leave-one-out accuracy is that of the answered tracks, which are the hard ones once questions are
chosen. The mean confidence on the others, with trust fitted on the leave-one-out log loss, is not
biased so (docs/model/learning.md).
"""

from dataclasses import dataclass

import numpy as np

from ml.learning.answers import Candidates
from ml.learning.kernel_regression.learnt import Learnt
from ml.track import FloatMatrix

MIN_ANSWERS = 20
"""Fewer tell too little for an estimate."""
_NORMAL_95 = 1.96
_DOUBT = 0.015
"""Standard deviation of the error that no number of answers takes away."""


@dataclass(frozen=True, slots=True)
class GenreWorth:
    """A genre among the tracks that are not answered.

    `share` is its expected share of them; `accuracy` is that of the predictions of the genre, None
    if there is none.
    """

    genre: str
    answers: int
    share: float
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Worth:
    """Estimates for tracks like those that are not answered; shares from 0 to 1.

    Attributes
    ----------
    before, after : float
        Accuracy of the parent, and with what was learnt.
    interval : tuple of float
        Holds the accuracy after in 95 of 100 cases.
    tracks : int
        Unanswered tracks that the estimates are from.
    by_genre : tuple of GenreWorth
        In the order of `Learnt.genres`.
    """

    before: float
    after: float
    interval: tuple[float, float]
    tracks: int
    by_genre: tuple[GenreWorth, ...]


def estimate_worth(learnt: Learnt, unanswered: Candidates) -> Worth | None:
    """Estimate accuracies without further labels; None below 20 answers or without tracks.

    Parameters
    ----------
    learnt : Learnt
    unanswered : Candidates
        All tracks that are not answered, or a random sample: 2,000 are enough. Never a choice.
    """
    if len(learnt.answered) < MIN_ANSWERS or len(unanswered) == 0:
        return None
    probabilities = learnt.probabilities(unanswered.embedding, unanswered.log_odds)
    after = float(probabilities.max(axis=1).mean())
    of_parent = np.take_along_axis(
        probabilities, unanswered.log_odds.argmax(axis=1)[:, None], axis=1
    )
    return Worth(
        before=float(of_parent.mean()),
        after=after,
        interval=_interval(after, len(learnt.answered), len(unanswered)),
        tracks=len(unanswered),
        by_genre=_by_genre(learnt, probabilities),
    )


def _interval(accuracy: float, answers: int, tracks: int) -> tuple[float, float]:
    """Allow for what chance does to so many answers and tracks, and for a doubt that remains."""
    chance = accuracy * (1 - accuracy) * (1 / answers + 1 / tracks)
    half = _NORMAL_95 * float(np.sqrt(chance + _DOUBT**2))
    return max(0.0, accuracy - half), min(1.0, accuracy + half)


def _by_genre(learnt: Learnt, probabilities: FloatMatrix) -> tuple[GenreWorth, ...]:
    best, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    return tuple(
        GenreWorth(
            genre=genre,
            answers=learnt.counts[number],
            share=float(probabilities[:, number].mean()),
            accuracy=float(confidence[best == number].mean()) if (best == number).any() else None,
        )
        for number, genre in enumerate(learnt.genres)
    )
