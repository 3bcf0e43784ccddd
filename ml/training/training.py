"""Train a model on labelled tracks, and measure how good it is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from ml.model.experts.features import FeatureSpec
from ml.store.manifest import Comparison, Expected, Metrics, Validation
from ml.training.data.labelled import LabelledTracks
from ml.training.data.lyric_rows import NO_LYRIC_ROWS, LyricRows
from ml.training.data.training_set import TrainingSet
from ml.training.fits.fitted import Fit, Fitted, TrainingProgress, silent
from ml.training.fits.preparation import check_sizes, prepare
from ml.training.parameters import TrainingParameters
from ml.training.scores.candidates import METHODS, Method, choose_kind, find_methods, try_methods
from ml.training.scores.held_out import HeldOut, calibration_bins, intervals, uncertain_below
from ml.training.scores.learning_curve import learning_curve
from ml.training.scores.metrics import score_genres
from ml.training.scores.strangers import expect, fit_temperature, meet_strangers
from ml.training.scores.validation import comparison, hold_out, hold_out_groups, random_folds


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """The result of a training run: the parts of the model, and the figures of its card."""

    kind: str
    spec: FeatureSpec
    fitted: Fitted
    gains: npt.NDArray[np.float64]
    """How much each feature contributes to the decisions; sums to 1."""
    expected: Expected
    metrics: Metrics
    validation: Validation
    uncertain_below: float
    lyric_rows: int


def train(
    data: LabelledTracks,
    parameters: TrainingParameters,
    progress: TrainingProgress = silent,
    lyrics: LyricRows = NO_LYRIC_ROWS,
    kind: str | None = None,
) -> TrainedModel:
    """Fit and validate a model; the same data and seed give the same model.

    Parameters
    ----------
    data : LabelledTracks
    parameters : TrainingParameters
    progress : callable
    lyrics : LyricRows
        More songs, of which only words are known.
    kind : str, optional
        By default the kind with the least log loss on held-out groups.

    Raises
    ------
    TrainingDataError
        A genre has too few tracks or groups for the folds, or the kind is unknown.
    """
    methods = find_methods(kind)
    check_sizes(data, parameters.folds)
    # The matrices are small: threads of the linear algebra would wait for each other, and take
    # six times as long as one thread on a busy machine.
    with threadpool_limits(1, user_api="blas"):
        progress("choosing words", 0.0)
        spec, known = prepare(data, lyrics, parameters)
        return _Training(known, parameters, data.genres, progress).run(spec, methods)


@dataclass(frozen=True, slots=True)
class _Training:
    """What every step of a training run needs."""

    known: TrainingSet
    parameters: TrainingParameters
    genres: tuple[str, ...]
    progress: TrainingProgress

    def run(self, spec: FeatureSpec, methods: tuple[Method, ...]) -> TrainedModel:
        known, parameters = self.known, self.parameters
        tried = try_methods(known, parameters, methods, self._part("comparing kinds", 0.02, 0.25))
        kind = choose_kind(tried)
        fit = METHODS[kind].fit_with(parameters)
        fitted, strangers = self._calibrate(kind, fit)
        by_group = self._by_group(fit, tried[kind]).at(fitted.temperature)
        validation = self._validate(fit, by_group, tried)
        self.progress("measuring features", 0.97)
        gains = fitted.feature_shares(known.features)
        self.progress("done", 1.0)
        return TrainedModel(
            kind=kind,
            spec=spec,
            fitted=fitted,
            gains=gains,
            expected=expect(strangers, self.genres),
            metrics=by_group.metrics(),
            validation=validation,
            uncertain_below=uncertain_below(strangers),
            lyric_rows=len(known.text_truth) if METHODS[kind].uses_texts else 0,
        )

    def _calibrate(self, kind: str, fit: Fit) -> tuple[Fitted, HeldOut]:
        """Fit on everything, and find the temperature on strangers."""
        fitted = fit(self.known)
        show = self._part("meeting new artists", 0.25, 0.6)
        no_texts = np.zeros(len(self.known.text_truth), dtype=np.bool_)
        data = self.known if METHODS[kind].uses_texts else self.known.take_texts(no_texts)
        strangers = meet_strangers(data, self.parameters, fit, show)
        temperature = fit_temperature(strangers, len(self.known), fitted.temperature)
        return fitted.at(temperature), strangers.at(temperature)

    def _by_group(self, fit: Fit, first: HeldOut) -> HeldOut:
        show = self._part("validating by group", 0.6, 0.8)
        repeats = range(1, self.parameters.repeats)
        if len(repeats) == 0:
            return first
        return HeldOut.join(
            [first, hold_out_groups(self.known, self.parameters, fit, repeats, show)]
        )

    def _validate(self, fit: Fit, by_group: HeldOut, tried: dict[str, HeldOut]) -> Validation:
        parameters = self.parameters
        self.progress("learning curve", 0.8)
        curve = learning_curve(self.known, parameters, fit, by_group)
        self.progress("comparing with random folds", 0.9)
        return Validation(
            groups=len(np.unique(by_group.groups)),
            folds=parameters.folds,
            repeats=parameters.repeats,
            intervals=intervals(by_group, parameters.seed),
            genres=score_genres(by_group.probabilities, by_group.truth, self.genres),
            calibration=calibration_bins(by_group),
            learning_curve=curve,
            comparisons=self._at_random(tried),
            candidates=tuple(comparison(kind, held_out) for kind, held_out in tried.items()),
        )

    def _at_random(self, tried: dict[str, HeldOut]) -> tuple[Comparison, ...]:
        """Score every kind on random folds, where songs of one artist lie on both sides."""
        random = random_folds(self.known, self.parameters)
        found = {
            kind: hold_out(self.known, random, METHODS[kind].fit_with(self.parameters))
            for kind in tried
        }
        return tuple(
            comparison(f"{kind}, random split (flattering)", held_out)
            for kind, held_out in found.items()
        )

    def _part(self, stage: str, start: float, end: float) -> Callable[[float], None]:
        return lambda share: self.progress(stage, start + (end - start) * share)
