"""Measure what to expect on artists that the model has not heard, and calibrate for them.

A stranger is made of two halves that are both new to the model: the sound of a track whose part of
the genre was left out, and the words of a row that was left out too. The labelled tracks alone
flatter words, because rows of words may be by the same artists; many artists wrote the rows. Sound
and words are drawn independently within a genre, and every genre has as many strangers.

One part of one genre is left out at a time, so that the model learns from nearly all tracks.
Without known groups a genre has two parts: the two Ward clusters that differ most. See
docs/model/expectation.md for how this was chosen.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.model.experts.features import ExpertFeatures
from ml.model.experts.lyrics_expert import Truth
from ml.store.manifest import Expected, Metrics
from ml.training.data.groups import Groups, deal_folds, track_groups
from ml.training.data.training_set import TrainingSet
from ml.training.fits.fitted import Fit
from ml.training.fits.pool import fit_pool_weights
from ml.training.parameters import TrainingParameters
from ml.training.scores.held_out import HeldOut, calibration_bins
from ml.training.scores.metrics import score, score_genres

MAX_PARTS = 16
"""Parts that are left out, one after the other; each takes one fit."""
_PER_TRACK = 16
_TEXT_SHARE = 0.2
_NORMAL_95 = 1.96


def meet_strangers(
    data: TrainingSet,
    parameters: TrainingParameters,
    fit: Fit,
    progress: Callable[[float], None] = lambda _: None,
) -> HeldOut:
    """Return the scores of strangers; `groups` numbers the parts of each genre."""
    part_of = leave_out_parts(data, parameters)
    parts = np.unique(part_of)
    found: list[HeldOut] = []
    for done, part in enumerate(parts):
        draw = np.random.default_rng([parameters.seed, done])
        is_out = part_of == part
        text_is_out = draw.random(len(data.text_truth)) < _TEXT_SHARE
        fitted = fit(data.take(~is_out).take_texts(~text_is_out))
        tested = data.take(is_out)
        features, truth = _pair(tested, data.take_texts(text_is_out), draw)
        own = np.full(len(truth), done)
        temperature = np.full(len(truth), fitted.temperature)
        found.append(HeldOut(fitted.scores(features), temperature, truth, own))
        progress((done + 1) / len(parts))
    return _even(HeldOut.join(found), parameters.seed)


def leave_out_parts(data: TrainingSet, parameters: TrainingParameters) -> Groups:
    """Return the part of each track, at most 16 of them.

    With known groups, each part has whole groups of every genre. Otherwise a part is one of the two
    most different clusters of one genre; of more than 8 genres, several share a part.
    """
    if data.groups is not None:
        count = min(MAX_PARTS, _fewest_groups(data.groups, data.truth))
        return deal_folds(data.groups, data.truth, count, parameters.seed)
    halves = track_groups(
        data.features.numbers,
        data.features.words,
        data.truth,
        tracks_per_group=max(len(data), 1),
        min_groups=2,
    )
    genres = -(-MAX_PARTS // 2)
    # Halves are numbered genre by genre. The two of a genre must not be left out together.
    order = {half: number for number, half in enumerate(np.unique(halves))}
    side = np.array([order[half] % 2 for half in halves])
    return np.asarray(2 * (data.truth % genres) + side)


def fit_temperature(strangers: HeldOut, tracks: int, guess: float) -> float:
    """Find the temperature with the least log loss on strangers, shrunk a little to `guess`.

    `tracks` is the number of tracks that the strangers were made from: they count as that many.
    """
    weight = np.full(len(strangers.truth), tracks / len(strangers.truth))
    (found,) = fit_pool_weights([strangers.scores], strangers.truth, weight, [guess])
    return float(found)


def expect(strangers: HeldOut, genres: tuple[str, ...]) -> Expected:
    """Score strangers, with intervals by a jackknife over the parts of each genre."""
    metrics = score(strangers.probabilities, strangers.truth)
    intervals = _jackknife(strangers, metrics)
    low, high = intervals["accuracy"]
    return Expected(
        **metrics.model_dump(),
        low=low,
        high=high,
        parts=len(np.unique(strangers.groups)),
        intervals=intervals,
        genres=score_genres(strangers.probabilities, strangers.truth, genres),
        calibration=calibration_bins(strangers),
    )


def _fewest_groups(groups: Groups, truth: Truth) -> int:
    return min(len(np.unique(groups[truth == genre])) for genre in np.unique(truth))


def _pair(
    tracks: TrainingSet, texts: TrainingSet, draw: np.random.Generator
) -> tuple[ExpertFeatures, Truth]:
    """Give the sound of each track the words of texts of its genre; its own if there are none."""
    rows = np.repeat(np.arange(len(tracks)), _PER_TRACK)
    truth = tracks.truth[rows]
    source = sparse.csr_matrix(sparse.vstack([tracks.features.words, texts.texts]))
    chosen = rows.copy()
    for genre in np.unique(truth):
        known = np.flatnonzero(texts.text_truth == genre)
        wanted = truth == genre
        if len(known):
            chosen[wanted] = len(tracks) + draw.choice(known, int(wanted.sum()))
    return ExpertFeatures(source[chosen], tracks.features.numbers[rows]), truth


def _even(held_out: HeldOut, seed: int) -> HeldOut:
    """Repeat strangers so that every genre has as many as the largest."""
    draw = np.random.default_rng(seed)
    largest = np.bincount(held_out.truth).max()
    rows: list[npt.NDArray[np.intp]] = []
    for genre in np.unique(held_out.truth):
        own = draw.permutation(np.flatnonzero(held_out.truth == genre))
        rows.append(np.resize(own, largest))
    return held_out.take(np.concatenate(rows))


def _jackknife(strangers: HeldOut, metrics: Metrics) -> dict[str, tuple[float, float]]:
    """Leave out each part of each genre in turn, and see how far the metrics move."""
    names = [name for name in Metrics.model_fields if name != "confusion_matrix"]
    variance = dict.fromkeys(names, 0.0)
    for genre in np.unique(strangers.truth):
        left_out = [_without(strangers, genre, part) for part in _parts_of(strangers, genre)]
        count = len(left_out)
        for name in names:
            moved = np.array([getattr(scored, name) for scored in left_out])
            if count > 1:
                variance[name] += (count - 1) / count * float(((moved - moved.mean()) ** 2).sum())
    return {name: _interval(getattr(metrics, name), variance[name], name) for name in names}


def _parts_of(strangers: HeldOut, genre: int) -> Iterator[int]:
    yield from np.unique(strangers.groups[strangers.truth == genre]).tolist()


def _without(strangers: HeldOut, genre: int, part: int) -> Metrics:
    is_genre = strangers.truth == genre
    left = np.flatnonzero(is_genre & (strangers.groups != part))
    own = np.resize(left, int(is_genre.sum())) if len(left) else np.flatnonzero(is_genre)
    rows = np.concatenate([np.flatnonzero(~is_genre), own])
    kept = strangers.take(rows)
    return score(kept.probabilities, kept.truth)


def _interval(value: float, variance: float, name: str) -> tuple[float, float]:
    half = _NORMAL_95 * variance**0.5
    highest = float("inf") if name == "log_loss" else 1.0
    return round(max(0.0, value - half), 4), round(min(highest, value + half), 4)
