"""Statistics of real tracks, from which made-up ones are drawn, in one small file.

Summaries only: quantiles between the 1st and the 99th percentile, correlations of low rank,
and the shares of words that several tracks have in common. No row, title or lyric can be read
back.
`ml.sampling.fitting` fits them, `ml.sampling.generator` draws from them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.columns import AUDIO_COLUMNS

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

STATISTICS_FILE = Path(__file__).parent / "sample_statistics.npz"
TAG_COUNT = "tag_count"
CONTINUOUS_COLUMNS = ("loudness", "tempo", "duration", *AUDIO_COLUMNS, TAG_COUNT)
LEVEL_COLUMNS = {"time_signature": 8, "key": 12, "mode": 2}
"""Whole-number columns and how many values they have, from 0."""

SCORES_PER_SD = 256
LOADINGS_PER_UNIT = 128
LATENT_PER_SD = SCORES_PER_SD * LOADINGS_PER_UNIT
"""Latent values are whole numbers, so that every machine computes the same sums in any order."""
KNOT_STEP = LATENT_PER_SD // 3
KNOT_COUNT = 15
"""Knots are a third of a standard deviation apart, from the 1st to the 99th percentile (+-2.33)."""

RANK = 24
_SHARE_MAX = 65_535
_TEXTS = ("genres", "languages", "words")
_STORED_TYPES: dict[str, type[np.generic]] = {
    **dict.fromkeys(("prior", "knots", "level_shares", "language_shares"), np.float32),
    **dict.fromkeys(("decimals", "location", "loadings", "uniqueness"), np.int16),
    "zero_tempo_share": np.float32,
    "word_shares": np.uint16,
}


@dataclass(frozen=True, eq=False)
class SampleStatistics:
    """What is known about the tracks of each genre.

    Attributes
    ----------
    genres : tuple of str
        In alphabetical order; the first axis of most arrays.
    prior : float64 array, shape (n_genres,)
        Share of each genre; sums to 1.
    knots : float64 array, shape (n_continuous, KNOT_COUNT)
        Quantiles of `CONTINUOUS_COLUMNS` over all genres, in the unit of the column.
    decimals : int array, shape (n_continuous,)
        Decimals that give a typical value six significant digits.
    location : int array, shape (n_genres, n_continuous)
        Mean of the genre's normal scores, `SCORES_PER_SD` per standard deviation.
    loadings : int array, shape (n_genres, n_continuous + n_levels, RANK)
        Common part of the normal scores, `LOADINGS_PER_UNIT` meaning 1; rows are
        `CONTINUOUS_COLUMNS`, then `LEVEL_COLUMNS`.
    uniqueness : int array, shape (n_genres, n_continuous + n_levels)
        Weight of the part specific to a column, `LOADINGS_PER_UNIT` meaning 1.
    level_shares : float64 array, shape (n_genres, 3, 12)
        Share of each value of `LEVEL_COLUMNS`, padded with 0; the last axis sums to 1.
    zero_tempo_share : float
        Share of tracks whose tempo was not detected.
    languages : tuple of str
    language_shares : float64 array, shape (n_genres, n_languages)
        Each row sums to 1.
    words : tuple of str
        Most common words of English first.
    word_shares : float64 array, shape (n_genres, n_languages, n_words)
        Share of the tracks in which a word occurs, 0 to 1.
    """

    genres: tuple[str, ...]
    prior: FloatArray
    knots: FloatArray
    decimals: IntArray
    location: IntArray
    loadings: IntArray
    uniqueness: IntArray
    level_shares: FloatArray
    zero_tempo_share: float
    languages: tuple[str, ...]
    language_shares: FloatArray
    words: tuple[str, ...]
    word_shares: FloatArray

    def save(self, path: Path = STATISTICS_FILE) -> None:
        """Write one compressed file, without pickle, quantised where that loses little."""
        arrays = {name: getattr(self, name) for name in _STORED_TYPES}
        arrays["word_shares"] = np.rint(self.word_shares * _SHARE_MAX)
        for name in _TEXTS:
            arrays[name] = np.array("\n".join(getattr(self, name)))
        types = _STORED_TYPES | dict.fromkeys(_TEXTS, np.str_)
        typed: dict[str, Any] = {n: np.asarray(a, dtype=types[n]) for n, a in arrays.items()}
        np.savez_compressed(path, **typed)

    @classmethod
    def load(cls, path: Path = STATISTICS_FILE) -> "SampleStatistics":
        """Read what `save` wrote."""
        fields: dict[str, Any] = {}
        with np.load(path, allow_pickle=False) as file:
            for name, stored in _STORED_TYPES.items():
                whole = np.issubdtype(stored, np.signedinteger)
                fields[name] = file[name].astype(np.int64 if whole else np.float64)
            for name in _TEXTS:
                fields[name] = tuple(str(file[name]).split("\n"))
        fields["word_shares"] /= _SHARE_MAX
        fields["zero_tempo_share"] = float(fields["zero_tempo_share"])
        return cls(**fields)
