"""Fit a scorer: out-of-fold experts, their weights, the correction by trees, the temperature."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.model.experts.audio_expert import (
    EXPERT_COLUMNS,
    AudioExpert,
    balanced_weights,
    fit_audio_expert,
)
from ml.model.experts.contributions import feature_scores
from ml.model.experts.features import ExpertFeatures, FeatureSpec
from ml.model.experts.lyrics_expert import LyricsExpert
from ml.model.experts.scorer import GenreScorer
from ml.store.experts import experts_files
from ml.track import FloatMatrix
from ml.training.data.groups import Groups, deal_folds
from ml.training.data.training_set import TrainingSet, find_groups
from ml.training.fits.fitted import MAX_EXPLAINED, TrainingProgress, silent
from ml.training.fits.lyrics_fitting import blend, fit_lyrics_experts
from ml.training.fits.pool import fit_pool_weights, pool
from ml.training.fits.trees import fit_trees
from ml.training.parameters import TrainingParameters

_WEIGHT_GUESS = (1.25, 1.0)
"""Weights of words and of sound that the fitted weights are shrunk towards."""


@dataclass(frozen=True, slots=True)
class FittedScorer:
    """`ml.training.fits.fitted.Fitted` of the kind `experts`: a scorer, and what the fit chose."""

    scorer: GenreScorer
    lyrics_weight: float
    audio_weight: float
    tree_rounds: int

    @property
    def temperature(self) -> float:
        """What the sum of all scores is multiplied by."""
        return self.scorer.temperature

    @property
    def learnt(self) -> dict[str, float | int]:
        """Weights of the experts, rounds of trees and temperature."""
        return {
            "lyrics_weight": self.lyrics_weight,
            "audio_weight": self.audio_weight,
            "tree_rounds": self.tree_rounds,
            "temperature": self.temperature,
        }

    def at(self, temperature: float) -> "FittedScorer":
        """Return the same model with another temperature."""
        return replace(self, scorer=replace(self.scorer, temperature=temperature))

    def scores(self, features: ExpertFeatures) -> FloatMatrix:
        """Return the log-odds at temperature 1."""
        return self.at(1.0).scorer.log_odds(features)

    def feature_names(self, spec: FeatureSpec) -> tuple[str, ...]:
        """Name the numbers, then the words."""
        return spec.names

    def feature_shares(self, features: ExpertFeatures) -> npt.NDArray[np.float64]:
        """Return the mean size of each feature's contribution to the predicted genre."""
        numbers = features.numbers.shape[1]
        total = np.zeros(numbers + features.words.shape[1])
        best = self.scorer.log_odds(features).argmax(axis=1)
        for row in range(0, len(features), -(-len(features) // MAX_EXPLAINED)):
            track = ExpertFeatures(features.words[row], features.numbers[row : row + 1])
            sizes = np.abs(feature_scores(self.scorer, track)[:-1, best[row]])
            total[:numbers] += sizes[:numbers]
            total[numbers + track.words.indices] += sizes[numbers:]
        return np.asarray(total / (total.sum() or 1.0))

    def files(self, spec: FeatureSpec) -> dict[str, bytes]:
        """Return the content of every file of the model."""
        return experts_files(spec, self.scorer)


@dataclass(frozen=True, slots=True)
class _Experts:
    """The experts as fitted, before scaling and weighting."""

    lyrics: list[LyricsExpert]
    audio: list[AudioExpert]

    def scores(self, features: ExpertFeatures) -> list[FloatMatrix]:
        words = [expert.scores(features.words) for expert in self.lyrics]
        return words + [expert.scores(features.numbers) for expert in self.audio]


def fit_scorer(
    data: TrainingSet,
    parameters: TrainingParameters,
    progress: TrainingProgress = silent,
) -> FittedScorer:
    """Fit everything; the same data and seed give the same scorer.

    The experts are weighted by their scores for tracks from groups they had not seen. They then
    learn from all tracks.
    """
    fold_of = deal_folds(
        find_groups(data, parameters), data.truth, parameters.folds, parameters.seed
    )
    held_out = _held_out_scores(data, fold_of, parameters, progress)
    factors = [1 / (scores.std() or 1.0) for scores in held_out]
    lyrics, audio = _halves(held_out, factors)
    importance = balanced_weights(data.truth)
    weights = fit_pool_weights([lyrics, audio], data.truth, importance, _WEIGHT_GUESS)
    start = pool([lyrics, audio], weights)
    progress("trees", 0.9)
    trees = fit_trees(data.features.numbers, start, data.truth, fold_of, parameters)
    corrected = start + trees.held_out
    (temperature,) = fit_pool_weights([corrected], data.truth, importance, [1.0])
    experts = _fit_experts(data, parameters)
    scorer = GenreScorer(
        lyrics=_weigh_lyrics(experts.lyrics, factors, weights[0]),
        audio=_weigh_audio(experts.audio, factors, weights[1]),
        boosters=trees.boosters,
        temperature=float(temperature),
    )
    return FittedScorer(scorer, float(weights[0]), float(weights[1]), trees.rounds)


def _held_out_scores(
    data: TrainingSet, fold_of: Groups, parameters: TrainingParameters, progress: TrainingProgress
) -> list[FloatMatrix]:
    """Return the scores of each expert for folds it was not fitted on."""
    found: list[FloatMatrix] = []
    for fold in range(parameters.folds):
        progress(f"experts, fold {fold + 1} of {parameters.folds}", 0.8 * fold / parameters.folds)
        rows = fold_of == fold
        scores = _fit_experts(data.take(~rows), parameters).scores(data.take(rows).features)
        found = found or [np.zeros((len(data), data.genres)) for _ in scores]
        for matrix, part in zip(found, scores, strict=True):
            matrix[rows] = part
    return found


def _fit_experts(data: TrainingSet, parameters: TrainingParameters) -> _Experts:
    lyrics = fit_lyrics_experts(
        sparse.csr_matrix(sparse.vstack([data.texts, data.features.words])),
        np.concatenate([data.text_truth, data.truth]),
        data.genres,
        tfidf_c=parameters.tfidf_c,
        ratio_c=parameters.ratio_c,
    )
    audio = [
        fit_audio_expert(
            data.features.numbers,
            data.truth,
            data.genres,
            columns,
            width=parameters.kernel_width,
            ridge=parameters.kernel_ridge,
            frequencies=parameters.kernel_frequencies,
            seed=parameters.seed,
        )
        for columns in EXPERT_COLUMNS
    ]
    return _Experts(lyrics, audio)


def _halves(scores: list[FloatMatrix], factors: list[float]) -> tuple[FloatMatrix, FloatMatrix]:
    """Average the scores of the word experts and of the sound experts, on one scale."""
    scaled = [matrix * factor for matrix, factor in zip(scores, factors, strict=True)]
    audio = len(EXPERT_COLUMNS)
    return np.mean(scaled[:-audio], axis=0), np.mean(scaled[-audio:], axis=0)


def _weigh_lyrics(experts: list[LyricsExpert], factors: list[float], weight: float) -> LyricsExpert:
    return blend(experts, [weight * factor / len(experts) for factor in factors[: len(experts)]])


def _weigh_audio(
    experts: list[AudioExpert], factors: list[float], weight: float
) -> list[AudioExpert]:
    own = factors[-len(experts) :]
    return [
        expert.scaled(weight * factor / len(experts))
        for expert, factor in zip(experts, own, strict=True)
    ]
