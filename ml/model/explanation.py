"""Say why a track was given its genre: what each word and number contributed.

The contributions are exact: they add up, with a baseline that no feature moves, to the log-odds of
the genre. Words enter linearly; of sound, integrated gradients from the median track are taken
(`AudioExpert.column_scores`); of trees, SHAP values (`pred_contrib`, Lundberg et al. 2018).
"""

from dataclasses import dataclass

import numpy as np

from ml.columns import NUMBER_COLUMNS
from ml.model.features import TrackFeatures
from ml.model.scorer import GenreScorer
from ml.track import FloatMatrix


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature said for (positive) or against a genre.

    Attributes
    ----------
    feature : str
        A column of the file, or `word=...` in its normal form.
    value : str
        The number in the column; "1" for a word.
    contribution : float
        In nats: by how much the log-odds of the genre, against the mean of all genres, changed.
    """

    feature: str
    value: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a genre is as probable as it is.

    Attributes
    ----------
    genre : str
    log_odds : float
        Log probability of the genre, less the mean log probability of all genres.
    baseline : float
        The part of `log_odds` that is the same for every track: no words, median numbers.
    contributions : tuple of Contribution
        Largest first, whatever the sign; all of them add up to `log_odds - baseline`.
    """

    genre: str
    log_odds: float
    baseline: float
    contributions: tuple[Contribution, ...]


def feature_scores(scorer: GenreScorer, track: TrackFeatures) -> FloatMatrix:
    """Split the log-odds of one track by feature.

    Returns
    -------
    float64 array, shape (154 + n_words_of_track + 1, n_genres)
        Number columns, then the words in the order of `track.words.indices`, then the baseline.
        Each row sums to 0.
    """
    numbers = np.zeros((len(NUMBER_COLUMNS) + 1, scorer.genre_count))
    for expert in scorer.audio:
        numbers[expert.columns] += expert.column_scores(track.numbers)
        numbers[-1] += expert.median_scores()
    for booster in scorer.boosters:
        # For a single row, starting and joining further threads takes a hundred times as long.
        shap = np.asarray(booster.predict(track.numbers, pred_contrib=True, num_threads=1))
        numbers += shap.reshape(scorer.genre_count, -1).T / len(scorer.boosters)
    numbers[-1] += scorer.lyrics.bias
    words = scorer.lyrics.word_scores(track.words)
    scores = scorer.temperature * np.vstack([numbers[:-1], words, numbers[-1:]])
    return np.asarray(scores - scores.mean(axis=1, keepdims=True))


def explain_track(
    scorer: GenreScorer, track: TrackFeatures, names: tuple[str, ...], genre: int, genre_name: str
) -> Explanation:
    """Explain one genre of one track; `names` are those of `FeatureSpec`."""
    scores = feature_scores(scorer, track)[:, genre]
    columns = [*range(len(NUMBER_COLUMNS)), *(len(NUMBER_COLUMNS) + track.words.indices)]
    values = [*track.numbers[0], *track.words.data]
    contributions = [
        Contribution(names[column], f"{value:g}", float(contribution))
        for column, value, contribution in zip(columns, values, scores[:-1], strict=True)
        if contribution != 0
    ]
    contributions.sort(key=lambda part: -abs(part.contribution))
    return Explanation(genre_name, float(scores.sum()), float(scores[-1]), tuple(contributions))
