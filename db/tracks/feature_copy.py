"""Write what the model saw of tracks, and read it back."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_128_digest

from db.records import ClassifiedTracks

FeatureRow = tuple[int, bytes, str, bytes]
"""Track id, digest, tags and numbers, for a COPY."""

_STORED = np.dtype(">f8")
"""Double: of float4, one prediction in 250 comes out differently, since trees compare exactly."""
_COLUMNS = ("track_id", "digest", "tags", "numbers")
_DIGESTS = "SELECT track_id, digest FROM track_features WHERE track_id = ANY ($1::bigint[])"
_FORGET = "DELETE FROM track_features WHERE track_id = ANY ($1::bigint[])"


def feature_rows(tracks: ClassifiedTracks) -> list[FeatureRow]:
    """Return the rows for a COPY; none if features are not kept."""
    if tracks.features is None:
        return []
    ids, tags = tracks.track_ids.tolist(), tracks.features.tags.to_pylist()
    numbers = [row.tobytes() for row in tracks.features.numbers.astype(_STORED)]
    return [
        (track_id, _digest(words, row), words, row)
        for track_id, words, row in zip(ids, tags, numbers, strict=True)
    ]


def _digest(words: str, numbers: bytes) -> bytes:
    """Tell features apart; no secret hangs on it, so a hash that is ten times as fast will do."""
    return bytes(xxh3_128_digest(numbers + words.encode()))


async def store_features(driver: Any, rows: Sequence[FeatureRow], written: Collection[int]) -> None:
    """Replace the features of the tracks that this transaction has written.

    It has locked them so, and no other can write their features meanwhile. Rows are copied straight
    into the table, the cheapest way at this width; those that are the same as before are left
    alone, or a file that is sent again would double the table. Tracks without a row lose what an
    earlier classification saw.
    """
    before = {row["track_id"]: row["digest"] for row in await driver.fetch(_DIGESTS, written)}
    same = {row[0] for row in rows if before.get(row[0]) == row[1]}
    outdated = before.keys() - same
    if outdated:
        await driver.execute(_FORGET, outdated)
    new = [row for row in rows if row[0] in written and row[0] not in same]
    if new:
        await driver.copy_records_to_table("track_features", records=new, columns=_COLUMNS)


def read_numbers(stored: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """Read `numbers` of several tracks, shape (n_tracks, n_numbers)."""
    values = np.frombuffer(b"".join(stored), _STORED)
    return values.reshape(len(stored), -1).astype(np.float64)
