"""Write and read what the model saw of tracks."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from xxhash import xxh3_128_digest

from db.copying import copy_records_to_table
from db.records import ClassifiedTracks, TrackFeatures
from db.tracks.feature_specs import Specs

FeatureRow = tuple[int, bytes, str, bytes]
"""Track id, digest, tags and numbers, for COPY."""

_STORED = np.dtype(">f8")
"""Doubles, because trees compare exactly: with float4, one prediction in 250 changes."""
_COLUMNS = ("track_id", "digest", "tags", "numbers", "spec_id")
_DIGESTS = (
    "SELECT track_id, digest, spec_id FROM track_features WHERE track_id = ANY ($1::bigint[])"
)
_FORGET = "DELETE FROM track_features WHERE track_id = ANY ($1::bigint[])"
_FORGET_UNCORRECTED = f"""
{_FORGET}
    AND NOT EXISTS (SELECT FROM corrections WHERE corrections.track_id = track_features.track_id)
"""


def feature_rows(tracks: ClassifiedTracks) -> list[FeatureRow]:
    """Return the rows for COPY; none if features are not kept."""
    if tracks.features is None:
        return []
    ids, tags = tracks.track_ids.tolist(), tracks.features.tags.to_pylist()
    numbers = [row.tobytes() for row in tracks.features.numbers.astype(_STORED)]
    return [
        (track_id, _digest(words, row), words, row)
        for track_id, words, row in zip(ids, tags, numbers, strict=True)
    ]


def _digest(words: str, numbers: bytes) -> bytes:
    """Return a digest that detects changes; it need not be secure, so it uses a fast hash."""
    return bytes(xxh3_128_digest(numbers + words.encode()))


async def store_features(
    driver: Any, rows: Sequence[FeatureRow], spec_id: int | None, written: Collection[int]
) -> None:
    """Replace the features of the tracks that this transaction has written.

    Writing a track locks it, so no other transaction can write its features meanwhile. Rows are
    copied straight into the table, which is cheapest at this width. Unchanged rows are left alone:
    otherwise sending a file again would double the table. Tracks without a row lose what an
    earlier classification saw, except corrected ones: their answers still teach.
    """
    found = await driver.fetch(_DIGESTS, written)
    before = {row["track_id"]: (row["digest"], row["spec_id"]) for row in found}
    same = {row[0] for row in rows if before.get(row[0]) == (row[1], spec_id)}
    outdated = before.keys() - same
    if outdated:
        await driver.execute(_FORGET if rows else _FORGET_UNCORRECTED, outdated)
    new = [(*row, spec_id) for row in rows if row[0] in written and row[0] not in same]
    if new:
        await copy_records_to_table(driver, "track_features", records=new, columns=_COLUMNS)


def read_features(
    specs: Specs,
    columns: Sequence[str],
    tags: Sequence[str],
    stored: Sequence[bytes],
    spec_ids: Sequence[int],
) -> TrackFeatures:
    """Read rows of any specs as the numbers of `columns`, NaN where a row has none.

    A row whose spec is unknown, or whose length does not fit it, is damaged: all its numbers are
    NaN.
    """
    numbers = np.full((len(stored), len(columns)), np.nan)
    outdated = np.ones(len(stored), dtype=np.bool_)
    for spec_id in set(spec_ids):
        names = specs.get(spec_id, ())
        size = len(names) * _STORED.itemsize
        rows = [row for row, found in enumerate(spec_ids) if found == spec_id]
        rows = [row for row in rows if len(stored[row]) == size]
        values = np.frombuffer(b"".join(stored[row] for row in rows), _STORED)
        numbers[rows] = _select(values.reshape(len(rows), len(names)), names, columns)
        outdated[rows] = not set(columns).issubset(names)
    return TrackFeatures(pa.array(tags, pa.string()), numbers, tuple(columns), outdated)


def _select(
    values: npt.NDArray[np.float64], names: Sequence[str], columns: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Return `columns` of `values`, whose columns are `names`."""
    if list(names) == list(columns):
        return values
    found = {name: values[:, index] for index, name in enumerate(names)}
    nothing = np.full(len(values), np.nan)
    return np.column_stack([found.get(name, nothing) for name in columns])
