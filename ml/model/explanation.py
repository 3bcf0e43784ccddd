"""The reasons a model gives for a genre."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature said for a genre (above 0) or against it.

    Attributes
    ----------
    feature : str
        A column of the file, or `word=...` in its normal form.
    value : str
        The number in the column; "1" for a word.
    contribution : float
        Change in the log-odds of the genre against the mean of all genres, in nats.
    rank : float or None
        Share of the training tracks whose number is lower, 0 to 1, if the model knows it.
    """

    feature: str
    value: str
    contribution: float
    rank: float | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a genre is as probable as it is.

    Attributes
    ----------
    genre : str
    log_odds : float
        Log probability of the genre, less the mean log probability of all genres.
    baseline : float
        The part of `log_odds` that is the same for every track.
    contributions : tuple of Contribution
        Largest first, whatever the sign; all of them add up to `log_odds - baseline`.
    """

    genre: str
    log_odds: float
    baseline: float
    contributions: tuple[Contribution, ...]
