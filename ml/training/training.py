"""Train a model on labelled tracks, and measure how good it is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from ml.errors import TrainingDataError
from ml.model.experts.contributions import feature_scores
from ml.model.experts.features import ExpertFeatures, FeatureSpec
from ml.model.experts.scorer import GenreScorer
from ml.model.vocabulary import Vocabulary, split_lyrics, split_tracks
from ml.store.manifest import LearningPoint, Metrics, Validation
from ml.training.fitting import FittedScorer, TrainingProgress, TrainingSet, find_groups, fit_scorer
from ml.training.groups import deal_folds
from ml.training.labelled import LabelledTracks
from ml.training.lyric_rows import NO_LYRIC_ROWS, LyricRows, repeats_a_track
from ml.training.metrics import score, score_genres
from ml.training.parameters import TrainingParameters
from ml.training.validation import (
    HeldOut,
    calibration_bins,
    compare,
    fit_with,
    hold_out,
    hold_out_groups,
    intervals,
    uncertain_below,
)

_EXPLAINED_TRACKS = 500
_LEARNING_SHARES = (0.25, 0.5)


@dataclass(frozen=True, slots=True)
class TrainedEnsemble:
    """The result of a training run: the parts of the model, and the figures of its card."""

    spec: FeatureSpec
    fitted: FittedScorer
    gains: npt.NDArray[np.float64]
    """How much each feature of `spec.names` contributes to the decisions; sums to 1."""
    metrics: Metrics
    validation: Validation
    uncertain_below: float
    lyric_rows: int


def train(
    data: LabelledTracks,
    parameters: TrainingParameters,
    progress: TrainingProgress = lambda *_: None,
    lyrics: LyricRows = NO_LYRIC_ROWS,
) -> TrainedEnsemble:
    """Fit and validate a model; the same data and seed give the same model.

    Parameters
    ----------
    data : LabelledTracks
    parameters : TrainingParameters
    progress : callable
    lyrics : LyricRows
        More songs, of which only words are known.

    Raises
    ------
    TrainingDataError
        A genre has too few tracks for the folds.
    """
    _check_fold_sizes(data, parameters.folds)
    # The matrices are small: threads of the linear algebra would wait for each other, and take
    # six times as long as one thread on a busy machine.
    with threadpool_limits(1, user_api="blas"):
        return _train(data, parameters, progress, lyrics)


def _train(
    data: LabelledTracks,
    parameters: TrainingParameters,
    progress: TrainingProgress,
    lyrics: LyricRows,
) -> TrainedEnsemble:
    progress("choosing words", 0.0)
    spec, known = prepare(data, lyrics, parameters)
    fitted = fit_scorer(known, parameters, _part(progress, 0.02, 0.1))
    held_out = hold_out_groups(
        known, parameters, lambda share: progress("validating by group", 0.1 + 0.6 * share)
    )
    validation = _validate(known, parameters, held_out, data.genres, _part(progress, 0.7, 0.95))
    progress("measuring features", 0.95)
    gains = _feature_shares(fitted.scorer, known.features, len(spec.names))
    progress("done", 1.0)
    return TrainedEnsemble(
        spec=spec,
        fitted=fitted,
        gains=gains,
        metrics=score(held_out.probabilities, held_out.truth),
        validation=validation,
        uncertain_below=uncertain_below(held_out),
        lyric_rows=len(known.text_truth),
    )


def prepare(
    data: LabelledTracks, lyrics: LyricRows, parameters: TrainingParameters
) -> tuple[FeatureSpec, TrainingSet]:
    """Choose the known words, and turn tracks and lyric rows into features.

    Words are chosen from the lyric rows if there are more of them than tracks, so that validation
    need not choose them again in each fold. A lyric row that repeats a labelled track is left out.
    """
    rows = split_lyrics(lyrics.words)
    chosen_by = rows if rows.texts > len(data) else split_tracks(data.tracks)
    vocabulary = Vocabulary.fit(chosen_by, min_texts=parameters.texts_per_word)
    if len(vocabulary) == 0:
        raise TrainingDataError(
            f"No word occurs in {parameters.texts_per_word} texts; the model needs at least one."
        )
    spec = FeatureSpec(vocabulary)
    features = spec.build(data.tracks)
    texts = vocabulary.incidence(rows)
    new = ~repeats_a_track(texts, features.words)
    return spec, TrainingSet(features, data.truth, texts[new], lyrics.truth[new], len(data.genres))


def _check_fold_sizes(data: LabelledTracks, folds: int) -> None:
    # Validation fits on folds - 1 folds, which are split into folds again.
    needed = 2 * folds
    for genre, count in zip(data.genres, np.bincount(data.truth), strict=True):
        if count < needed:
            raise TrainingDataError(
                f'Genre "{genre}" has {count} tracks; at least {needed} are needed for {folds} '
                "nested folds."
            )


def _validate(
    known: TrainingSet,
    parameters: TrainingParameters,
    held_out: HeldOut,
    genres: tuple[str, ...],
    progress: TrainingProgress,
) -> Validation:
    progress("comparing", 0.0)
    comparisons = compare(known, parameters)
    progress("learning curve", 0.5)
    return Validation(
        groups=len(np.unique(held_out.groups)),
        folds=parameters.folds,
        repeats=parameters.repeats,
        intervals=intervals(held_out, parameters.seed),
        genres=score_genres(held_out.probabilities, held_out.truth, genres),
        calibration=calibration_bins(held_out),
        learning_curve=_learning_curve(known, parameters, held_out),
        comparisons=comparisons,
    )


def _learning_curve(
    known: TrainingSet, parameters: TrainingParameters, held_out: HeldOut
) -> tuple[LearningPoint, ...]:
    """Score models that learnt from a random part of the tracks of the other folds."""
    fold_of = deal_folds(
        find_groups(known, parameters), known.truth, parameters.folds, parameters.seed + 1
    )
    fit = fit_with(parameters)
    least = parameters.folds * 2
    points = []
    for share in _LEARNING_SHARES:

        def fit_part(
            data: TrainingSet, share: float = share
        ) -> Callable[[TrainingSet], npt.NDArray[np.float64]]:
            return fit(data.take(_draw_part(data.truth, share, least, parameters.seed)))

        metrics = score(hold_out(known, fold_of, fit_part), known.truth)
        points.append((share, metrics.accuracy, metrics.log_loss))
    full = score(held_out.probabilities, held_out.truth)
    points.append((1.0, full.accuracy, full.log_loss))
    learnt = len(known) * (parameters.folds - 1) / parameters.folds
    return tuple(
        LearningPoint(tracks=round(share * learnt), accuracy=accuracy, log_loss=loss)
        for share, accuracy, loss in points
    )


def _draw_part(
    truth: npt.NDArray[np.intp], share: float, least: int, seed: int
) -> npt.NDArray[np.bool_]:
    draw = np.random.default_rng(seed)
    chosen = np.zeros(len(truth), dtype=np.bool_)
    for genre in np.unique(truth):
        rows = np.flatnonzero(truth == genre)
        count = min(len(rows), max(least, round(share * len(rows))))
        chosen[draw.choice(rows, count, replace=False)] = True
    return chosen


def _feature_shares(
    scorer: GenreScorer, features: ExpertFeatures, count: int
) -> npt.NDArray[np.float64]:
    """Return how much each feature contributes to the predicted genre on average, as shares."""
    total, numbers = np.zeros(count), features.numbers.shape[1]
    best = scorer.log_odds(features).argmax(axis=1)
    for row in range(0, len(features), -(-len(features) // _EXPLAINED_TRACKS)):
        track = ExpertFeatures(features.words[row], features.numbers[row : row + 1])
        sizes = np.abs(feature_scores(scorer, track)[:-1, best[row]])
        total[:numbers] += sizes[:numbers]
        total[numbers + track.words.indices] += sizes[numbers:]
    return np.asarray(total / (total.sum() or 1.0))


def _part(progress: TrainingProgress, start: float, end: float) -> TrainingProgress:
    return lambda stage, share: progress(stage, start + (end - start) * share)
