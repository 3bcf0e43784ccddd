"""Score genres by sound alone: kernel ridge regression on random Fourier features.

Rahimi and Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007. A kernel machine
keeps its training tracks. This form of it keeps random frequencies and a weight for each frequency
and genre, so it reveals no track and does not grow with the data.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.columns import NUMBER_COLUMNS, SOUND_COLUMNS
from ml.model.experts.lyrics_expert import Float32Matrix, Truth
from ml.model.normal_scores import NormalScores
from ml.track import FloatMatrix


def _vect(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"vect_{number}" for number in range(first, last + 1))


TIMBRE_COLUMNS = ("loudness", "duration", *_vect(1, 24))
TIMBRE_AND_MFCC_COLUMNS = SOUND_COLUMNS
EXPERT_COLUMNS = (TIMBRE_AND_MFCC_COLUMNS, TIMBRE_COLUMNS)
"""Columns of the two audio experts: those that tell genres apart across artists.

Tempo, key and mode vary within every genre; spectral and chroma energies say more about the
recording than about the genre.
"""
_BLOCK_ROWS = 1_024


@dataclass(frozen=True, slots=True)
class AudioExpert:
    """Weighted waves over the normal scores of some columns.

    Attributes
    ----------
    columns : int array, shape (n_columns,)
        Indices into `FeatureSpec.columns`.
    normal : NormalScores
        Of those columns.
    frequencies : float32 array, shape (n_columns, n_frequencies)
    weights : float32 array, shape (2 * n_frequencies, n_genres)
        For the cosines, then for the sines; each row sums to 0.
    """

    columns: npt.NDArray[np.intp]
    normal: NormalScores
    frequencies: Float32Matrix
    weights: Float32Matrix

    def scores(self, numbers: FloatMatrix) -> FloatMatrix:
        """Return scores, shape (n_tracks, n_genres), of rows in `FeatureSpec.columns` order."""
        scores = np.empty((len(numbers), self.weights.shape[1]))
        cosines, sines = np.split(self.weights, 2)
        # In blocks, because each track has a thousand waves.
        for start in range(0, len(numbers), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            phase = self._phase(numbers[block])
            scores[block] = np.cos(phase) @ cosines + np.sin(phase) @ sines
        return scores

    def column_scores(self, numbers: FloatMatrix) -> FloatMatrix:
        """Split the scores of one track by column, shape (n_columns, n_genres).

        Integrated gradients from the median track (Sundararajan et al., "Axiomatic Attribution for
        Deep Networks", ICML 2017), which have a closed form for waves: with phase u = f z, the
        integral of the gradient along t z is z f (a (cos u - 1) + b sin u) / u. Summed over
        columns, this is the score less `median_scores`.
        """
        place = self._places(numbers)[0]
        frequencies = self.frequencies.astype(np.float64)
        phase = place @ frequencies
        safe = np.where(np.abs(phase) < 1e-9, 1.0, phase)
        cosines, sines = np.split(self.weights.astype(np.float64), 2)
        slope = cosines * ((np.cos(safe) - 1) / safe)[:, None]
        slope += sines * np.where(phase == safe, np.sin(safe) / safe, 1.0)[:, None]
        return np.asarray(place[:, None] * (frequencies @ slope))

    def median_scores(self) -> npt.NDArray[np.float64]:
        """Return the scores of a track that is the median in every column, shape (n_genres,)."""
        return np.asarray(self.weights[: self.frequencies.shape[1]].sum(axis=0), dtype=np.float64)

    def scaled(self, factor: float) -> "AudioExpert":
        """Return the expert whose scores are `factor` times these."""
        weights = (self.weights * factor).astype(np.float32)
        return AudioExpert(self.columns, self.normal, self.frequencies, weights)

    def fill(self, numbers: FloatMatrix) -> None:
        """Put the median wherever a number of its columns is NaN, in place."""
        medians = self.normal.knots[len(self.normal.knots) // 2]
        for column, median in zip(self.columns, medians, strict=True):
            numbers[np.isnan(numbers[:, column]), column] = median

    def waves(self, numbers: FloatMatrix) -> Float32Matrix:
        """Return the waves that `weights` apply to, shape (n_tracks, 2 * n_frequencies)."""
        phase = self._phase(numbers)
        return np.hstack([np.cos(phase), np.sin(phase)])

    def _places(self, numbers: FloatMatrix) -> FloatMatrix:
        return self.normal.transform(numbers[:, self.columns])

    def _phase(self, numbers: FloatMatrix) -> Float32Matrix:
        place = self._places(numbers).astype(np.float32)
        return np.asarray(place @ self.frequencies)


def fit_audio_expert(
    numbers: FloatMatrix,
    truth: Truth,
    genres: int,
    columns: tuple[str, ...],
    *,
    width: float,
    ridge: float,
    frequencies: int,
    seed: int,
) -> AudioExpert:
    """Fit an expert on some columns, giving every genre the same total weight.

    Parameters
    ----------
    numbers : float64 array, shape (n_tracks, 154)
    width : float
        Width of the kernel exp(-|a - b|^2 width / n_columns).
    ridge : float
        Penalty on the squared weights, relative to n_tracks of mean weight 1.
    frequencies : int
        How many waves approximate the kernel.
    seed : int
        The same seed draws the same frequencies.
    """
    chosen = np.array([NUMBER_COLUMNS.index(column) for column in columns])
    normal = NormalScores.fit(numbers[:, chosen])
    spread = np.sqrt(2 * width / len(columns))
    drawn = np.random.default_rng(seed).standard_normal((len(columns), frequencies)) * spread
    empty = np.zeros((2 * frequencies, genres), dtype=np.float32)
    unfitted = AudioExpert(chosen, normal, drawn.astype(np.float32), empty)
    waves = unfitted.waves(numbers).astype(np.float64)
    weights = _solve(waves, truth, genres, ridge * frequencies)
    return AudioExpert(chosen, normal, unfitted.frequencies, weights.astype(np.float32))


def _solve(waves: FloatMatrix, truth: Truth, genres: int, ridge: float) -> FloatMatrix:
    importance = balanced_weights(truth)
    wanted = np.eye(genres)[truth] - 1 / genres
    weighted = waves * importance[:, None]
    gram = weighted.T @ waves
    gram[np.diag_indices_from(gram)] += ridge
    weights = np.linalg.solve(gram, weighted.T @ wanted)
    return np.asarray(weights - weights.mean(axis=1, keepdims=True))


def balanced_weights(truth: Truth) -> npt.NDArray[np.float64]:
    """Return a weight for each track so that every genre weighs the same; the mean weight is 1."""
    weights = 1 / np.bincount(truth)[truth]
    return np.asarray(weights / weights.mean())
