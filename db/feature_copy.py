"""Write what the model saw of tracks, and read it back."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from db.records import ClassifiedTracks

FeatureRow = tuple[int, str, bytes]
"""Track id, tags and numbers, for a COPY."""

_STORED = np.dtype(">f8")
"""Double: of float4, one prediction in 250 comes out differently, since trees compare exactly."""
_COLUMNS = ("track_id", "tags", "numbers")
_STAGING = """
CREATE TEMP TABLE IF NOT EXISTS incoming_features (track_id bigint, tags text, numbers bytea)
ON COMMIT DELETE ROWS
"""
# A file that is sent again writes nothing here: rows of this width would double the table.
_STORE = """
INSERT INTO track_features AS kept (track_id, tags, numbers)
SELECT track_id, tags, numbers FROM incoming_features WHERE track_id <> ALL ($1::bigint[])
ON CONFLICT (track_id) DO UPDATE SET tags = excluded.tags, numbers = excluded.numbers
WHERE (kept.tags, kept.numbers) IS DISTINCT FROM (excluded.tags, excluded.numbers)
"""
_FORGET = """
DELETE FROM track_features USING incoming
WHERE track_features.track_id = incoming.track_id AND incoming.track_id <> ALL ($1::bigint[])
"""


def feature_rows(tracks: ClassifiedTracks) -> list[FeatureRow] | None:
    """Return the rows for a COPY; None if features are not kept."""
    if tracks.features is None:
        return None
    numbers = tracks.features.numbers.astype(_STORED)
    return [
        (track_id, tags, row.tobytes())
        for track_id, tags, row in zip(
            tracks.track_ids.tolist(), tracks.features.tags.to_pylist(), numbers, strict=True
        )
    ]


async def store_features(
    driver: Any, rows: list[FeatureRow] | None, left_out: Sequence[int]
) -> None:
    """Insert or replace features of the tracks of this transaction, but for ids `left_out`.

    Without rows, features of an earlier classification of these tracks go away.
    """
    if rows is None:
        await driver.execute(_FORGET, left_out)
        return
    await driver.execute(_STAGING)
    await driver.copy_records_to_table("incoming_features", records=rows, columns=_COLUMNS)
    await driver.execute(_STORE, left_out)


def read_numbers(stored: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """Read `numbers` of several tracks, shape (n_tracks, n_numbers)."""
    values = np.frombuffer(b"".join(stored), _STORED)
    return values.reshape(len(stored), -1).astype(np.float64)
