"""Explain the experts' decision: what each word and number contributed to a genre.

The contributions are exact: with a baseline that no feature changes, they add up to the log-odds of
the genre. Words enter linearly, sound by integrated gradients from the median track
(`AudioExpert.column_scores`), trees by SHAP values (`pred_contrib`, Lundberg et al. 2018).
"""

import numpy as np

from ml.model.experts.features import ExpertFeatures
from ml.model.experts.partial import CASES, fill_gaps, partial_rows
from ml.model.experts.scorer import GenreScorer
from ml.model.explanation import Contribution, Explanation
from ml.track import FloatMatrix


def feature_scores(scorer: GenreScorer, track: ExpertFeatures) -> FloatMatrix:
    """Split the log-odds of one track by feature.

    Returns
    -------
    float64 array, shape (n_columns + n_words_of_track + 1, n_genres)
        Number columns, then the words in the order of `track.words.indices`, then the baseline.
        Each row sums to 0.
    """
    if partial_rows(track).any():
        return _partial_scores(scorer, track)
    numbers = np.zeros((track.numbers.shape[1] + 1, scorer.genre_count))
    for expert in scorer.audio:
        numbers[expert.columns] += expert.column_scores(track.numbers)
        numbers[-1] += expert.median_scores()
    for booster in scorer.boosters:
        # For a single row, starting more threads takes a hundred times as long as predicting.
        shap = np.asarray(booster.predict(track.numbers, pred_contrib=True, num_threads=1))
        numbers += shap.reshape(scorer.genre_count, -1).T / len(scorer.boosters)
    numbers[-1] += scorer.lyrics.bias
    words = scorer.lyrics.word_scores(track.words)
    scores = scorer.temperature * np.vstack([numbers[:-1], words, numbers[-1:]])
    return np.asarray(scores - scores.mean(axis=1, keepdims=True))


def _partial_scores(scorer: GenreScorer, track: ExpertFeatures) -> FloatMatrix:
    assert track.basis is not None
    case = CASES[int(track.basis[0])]
    numbers = np.zeros((track.numbers.shape[1] + 1, scorer.genre_count))
    words = np.zeros((len(track.words.indices), scorer.genre_count))
    if case.sound:
        filled = fill_gaps(scorer.audio, track.numbers)
        for expert in scorer.audio:
            numbers[expert.columns] += expert.column_scores(filled)
            numbers[-1] += expert.median_scores()
    if case.words:
        numbers[-1] += scorer.lyrics.bias
        words = scorer.lyrics.word_scores(track.words)
    gaps = np.flatnonzero(np.isnan(track.numbers[0]))
    numbers[-1] += numbers[gaps].sum(axis=0)  # a gap is no reason
    numbers[gaps] = 0
    scores = scorer.temperature * case.factor * np.vstack([numbers[:-1], words, numbers[-1:]])
    return np.asarray(scores - scores.mean(axis=1, keepdims=True))


def explain_track(
    scorer: GenreScorer, track: ExpertFeatures, names: tuple[str, ...], genre: int, genre_name: str
) -> Explanation:
    """Explain one genre of one track; `names` come from `FeatureSpec`."""
    scores = feature_scores(scorer, track)[:, genre]
    count = track.numbers.shape[1]
    columns = [*range(count), *(count + track.words.indices)]
    values = [*track.numbers[0], *track.words.data]
    ranks = _ranks(scorer, track.numbers)
    contributions = [
        Contribution(names[column], f"{value:g}", float(contribution), ranks.get(column))
        for column, value, contribution in zip(columns, values, scores[:-1], strict=True)
        if contribution != 0
    ]
    contributions.sort(key=lambda part: -abs(part.contribution))
    return Explanation(genre_name, float(scores.sum()), float(scores[-1]), tuple(contributions))


def _ranks(scorer: GenreScorer, numbers: FloatMatrix) -> dict[int, float]:
    """Return where the numbers of one track are among the training tracks, by column."""
    ranks: dict[int, float] = {}
    for expert in scorer.audio:
        shares = expert.normal.ranks(numbers[:, expert.columns])[0]
        ranks |= dict(zip(expert.columns.tolist(), shares.tolist(), strict=True))
    return ranks
