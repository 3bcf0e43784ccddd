"""Draw made-up tracks from fitted statistics, a block at a time.

Each block has its own seed: row k is the same however many rows are drawn, and memory does not grow
with them. Random numbers are raw bits, and long sums are of whole numbers, so that every machine
draws the same rows.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import ndtri

from ml.columns import ID_COLUMN, REQUIRED_COLUMNS, TAGS_COLUMN, TITLE_COLUMN
from ml.sampling.statistics import (
    CONTINUOUS_COLUMNS,
    KNOT_COUNT,
    KNOT_STEP,
    LATENT_PER_SD,
    LEVEL_COLUMNS,
    LOADINGS_PER_UNIT,
    RANK,
    SCORES_PER_SD,
    TAG_COUNT,
    FloatArray,
    IntArray,
    SampleStatistics,
)
from ml.sampling.titles import TITLE_STYLES

_Block = tuple[pa.RecordBatch, IntArray]

_BLOCK_ROWS = 1_000
_DRAWS = 65_536
_SCORES = np.rint(ndtri((np.arange(_DRAWS) + 0.5) / _DRAWS) * SCORES_PER_SD).astype(np.float32)
_TAG_COUNTS = np.unique(np.rint(5.0 * 1.17 ** np.arange(24)))
"""Lengths of a tag list that have precomputed word limits: 5 to 185."""
_ANY_LANGUAGE_SHARE = 0.02


class _Bits:
    """Random 16-bit numbers. NumPy promises to keep its raw bits stable, not its distributions."""

    def __init__(self, seed: int, block: int) -> None:
        self._source = np.random.PCG64(np.random.SeedSequence([seed, block]))

    def draw(self, *shape: int) -> npt.NDArray[np.uint16]:
        size = int(np.prod(shape))
        raw = np.asarray(self._source.random_raw(size // 4 + 1), dtype="<u8")
        return raw.view("<u2")[:size].reshape(shape)


class TrackSampler:
    """Statistics as lookup tables for blocks of tracks."""

    def __init__(self, statistics: SampleStatistics) -> None:
        self._statistics = statistics
        self._genre_limits = np.rint(np.cumsum(statistics.prior)[:-1] * _DRAWS)
        self._language_limits = np.rint(np.cumsum(statistics.language_shares, axis=1) * _DRAWS)
        shares = np.minimum(np.cumsum(statistics.level_shares, axis=2), 1 - 1e-9)
        self._level_limits = np.rint(ndtri(shares) * LATENT_PER_SD)
        self._slopes = (np.diff(statistics.knots, axis=1) / KNOT_STEP).ravel()
        self._scales = np.array([[float(10 ** max(int(d), 0))] for d in statistics.decimals])
        self._word_limits = _word_limits(statistics.word_shares)
        self._words = pa.array(statistics.words, pa.string())
        column_of = {word: column for column, word in enumerate(statistics.words)}
        self._noun_columns = {
            name: np.array([column_of.get(noun.lower(), -1) for noun in style.nouns])
            for name, style in TITLE_STYLES.items()
        }

    def blocks(self, rows: int, seed: int, first_track_id: int = 1) -> Iterator[_Block]:
        """Draw tracks and the index of their genres, `_BLOCK_ROWS` at a time."""
        if rows < 0 or seed < 0:
            raise ValueError(f"rows and seed must be 0 or more, not {rows} and {seed}.")
        for start in range(0, max(rows, 1), _BLOCK_ROWS):
            columns, genre_of = self._block(_Bits(seed, start // _BLOCK_ROWS))
            columns[ID_COLUMN] = np.arange(_BLOCK_ROWS) + start + first_track_id
            tracks = pa.record_batch({name: columns[name] for name in REQUIRED_COLUMNS})
            yield tracks.slice(0, rows - start), genre_of[: rows - start]

    def _block(self, bits: _Bits) -> tuple[dict[str, npt.NDArray[np.generic] | pa.Array], IntArray]:
        genre_of = np.searchsorted(self._genre_limits, bits.draw(_BLOCK_ROWS), side="right")
        language_limits = self._language_limits[genre_of, :-1]
        language_of = (bits.draw(_BLOCK_ROWS, 1) >= language_limits).sum(axis=1)
        latent = self._latent(bits, genre_of)
        columns = self._continuous(latent[: len(CONTINUOUS_COLUMNS)])
        columns["tempo"][bits.draw(_BLOCK_ROWS) < self._statistics.zero_tempo_share * _DRAWS] = 0
        present = self._present_words(bits, genre_of, language_of, columns.pop(TAG_COUNT))
        rows, words = np.nonzero(present)
        starts = np.searchsorted(rows, np.arange(_BLOCK_ROWS + 1)).astype(np.int32)
        tags = pa.ListArray.from_arrays(starts, self._words.take(pa.array(words)))
        return {
            **columns,
            **self._levels(latent[len(CONTINUOUS_COLUMNS) :], genre_of),
            TAGS_COLUMN: pc.binary_join(tags, ", "),
            TITLE_COLUMN: self._titles(bits, language_of, present),
        }, genre_of

    def _latent(self, bits: _Bits, genre_of: IntArray) -> IntArray:
        fitted = self._statistics
        common = _SCORES[bits.draw(RANK, _BLOCK_ROWS)]
        latent = _SCORES[bits.draw(fitted.uniqueness.shape[1], _BLOCK_ROWS)]
        for genre in range(len(fitted.genres)):
            rows = np.flatnonzero(genre_of == genre)
            # Below 2**24, so exact in float32. `@` would start threads, at twice the cost.
            latent[:, rows] *= fitted.uniqueness[genre, :, None].astype(np.float32)
            weights = fitted.loadings[genre].astype(np.float32)
            latent[:, rows] += np.einsum("lr,rn->ln", weights, common[:, rows])
            location = (fitted.location[genre, :, None] * LOADINGS_PER_UNIT).astype(np.float32)
            latent[: len(location), rows] += location
        return latent.astype(np.int64)

    def _continuous(self, latent: IntArray) -> dict[str, FloatArray]:
        # Values beyond the last knot are reflected, so that they do not pile up at the extremes.
        last = KNOT_STEP * (KNOT_COUNT - 1)
        position = np.clip(last - np.abs(last - np.abs(latent + last // 2)), 0, last)
        knot = np.minimum(position // KNOT_STEP, KNOT_COUNT - 2)
        column = np.arange(len(latent))[:, None]
        values = self._statistics.knots.ravel().take(column * KNOT_COUNT + knot)
        slopes = self._slopes.take(column * (KNOT_COUNT - 1) + knot)
        values += slopes * (position - knot * KNOT_STEP)
        numbers = np.rint(values * self._scales) / self._scales
        return dict(zip(CONTINUOUS_COLUMNS, numbers, strict=True))

    def _levels(self, latent: IntArray, genre_of: IntArray) -> dict[str, IntArray]:
        limits = self._level_limits[genre_of]
        return {
            name: (latent[column, :, None] >= limits[:, column, : count - 1]).sum(axis=1)
            for column, (name, count) in enumerate(LEVEL_COLUMNS.items())
        }

    def _present_words(
        self, bits: _Bits, genre_of: IntArray, language_of: IntArray, tag_count: FloatArray
    ) -> npt.NDArray[np.bool_]:
        length = np.searchsorted((_TAG_COUNTS[1:] + _TAG_COUNTS[:-1]) / 2, tag_count)
        limits = self._word_limits[genre_of, language_of, length]
        present: npt.NDArray[np.bool_] = bits.draw(*limits.shape) < limits
        # A track without any word gets its most likely one.
        present[np.arange(len(limits)), limits.argmax(axis=1)] |= ~present.any(axis=1)
        return present

    def _titles(
        self, bits: _Bits, language_of: IntArray, present: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.object_]:
        """Fill frames, with words from the tags if possible; a few in other languages."""
        names = list(TITLE_STYLES)
        own = np.array([names.index(name) for name in self._statistics.languages])
        lot, other, frame, adjective = bits.draw(4, _BLOCK_ROWS).astype(np.int64)
        any_language = lot < _ANY_LANGUAGE_SHARE * _DRAWS
        style_of = np.where(any_language, other % len(names), own[language_of])
        titles = np.empty(_BLOCK_ROWS, dtype=object)
        for index, (name, style) in enumerate(TITLE_STYLES.items()):
            columns = self._noun_columns[name]
            chance = _DRAWS * (present[:, columns] & (columns >= 0)).astype(np.int64)
            best = np.argsort(-chance - bits.draw(*chance.shape), axis=1, kind="stable")[:, :2]
            for row in np.flatnonzero(style_of == index):
                first, second = (style.nouns[noun] for noun in best[row])
                word = style.adjectives[adjective[row] % len(style.adjectives)]
                text = style.frames[frame[row] % len(style.frames)]
                titles[row] = text.format(n=first, m=second, a=word)
        return titles


def _word_limits(word_shares: FloatArray) -> npt.NDArray[np.uint16]:
    """Tilt word shares so that they add up to each of `_TAG_COUNTS`; 65,536 means 1."""
    rates = -np.log1p(-np.minimum(word_shares, 0.98))[:, :, None]
    low, high = np.full((2, *rates.shape[:2], len(_TAG_COUNTS), 1), [[[[[-8.0]]]], [[[[8.0]]]]])
    for _ in range(24):
        middle = (low + high) / 2
        expected = -np.expm1(-np.exp(middle) * rates).sum(axis=3, keepdims=True)
        too_few = expected < _TAG_COUNTS[:, None]
        low, high = np.where(too_few, middle, low), np.where(too_few, high, middle)
    limits = np.rint(-np.expm1(-np.exp(low) * rates) * (_DRAWS - 1))
    return np.asarray(limits, dtype=np.uint16)
