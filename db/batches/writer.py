"""Store a batch chunk by chunk: COPY, then one statement.

A chunk is one transaction with the counts of its batch, so that a batch which dies says exactly
what it stored.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from db.batches.lifecycle import BatchLifecycle, Hold
from db.batches.records import BatchRecord, ChunkCounts, RejectRecord, ResumePoint
from db.batches.rejects import RejectStore
from db.engine import driver_of
from db.errors import translate_errors
from db.records import ClassifiedTracks, ModelVersion
from db.time_limits import begin_bulk
from db.tracks.copy import TrackRows, copy_rows, store_rows

_COUNT_GENRES = """
INSERT INTO batch_genres AS kept (batch_id, genre, track_count)
SELECT $1, genre, track_count FROM unnest($2::text[], $3::bigint[]) AS new(genre, track_count)
ON CONFLICT (batch_id, genre) DO UPDATE SET track_count = kept.track_count + excluded.track_count
"""


class ChunkWriter:
    """Stores the chunks of one batch, which one model classified."""

    def __init__(
        self, lifecycle: BatchLifecycle, hold: Hold, model: ModelVersion, max_rejects: int
    ) -> None:
        self._lifecycle = lifecycle
        self._hold = hold
        self._model = model
        self._rejects = RejectStore(hold.batch_id, max_rejects)

    def prepare(self, tracks: ClassifiedTracks) -> TrackRows:
        """Bring tracks into the form that is stored; takes long enough to belong in a thread."""
        return copy_rows(tracks, self._model.genres)

    async def save_chunk(
        self, rows: TrackRows, rejects: Sequence[RejectRecord], end: ResumePoint
    ) -> BatchRecord:
        """Store tracks and rejected rows; all or nothing, with the batch's counts and `end`.

        A track that an earlier line of the same file has stored becomes a reject.

        Raises
        ------
        TransitionError
            Somebody has ended the batch; nothing of the chunk is stored.
        """
        connection = self._hold.connection
        with translate_errors():
            async with connection.begin():
                await begin_bulk(connection)
                driver = await driver_of(connection)
                batch_id = self._hold.batch_id
                duplicates = await store_rows(driver, rows, self._model.version, batch_id)
                refused = [*rejects, *map(_duplicate, duplicates)]
                kept = ~np.isin(rows.lines, [row["line"] for row in duplicates])
                counts = await record_chunk(
                    driver, self._rejects, refused, rows.predicted[kept], self._model.genres
                )
                return await self._lifecycle.advance(self._hold, counts, end)


async def record_chunk(
    driver: Any,
    store: RejectStore,
    rejects: Sequence[RejectRecord],
    predicted: npt.NDArray[np.int64],
    genres: Sequence[str],
) -> ChunkCounts:
    """Record rejected rows, and count stored ones by genre and all together."""
    await store.add(driver, rejects)
    counts = np.bincount(predicted, minlength=len(genres))
    present = np.flatnonzero(counts).tolist()
    names = [genres[index] for index in present]
    await driver.execute(_COUNT_GENRES, store.batch_id, names, counts[present].tolist())
    return ChunkCounts(stored=len(predicted), rejected=len(rejects))


def _duplicate(row: Any) -> RejectRecord:
    return RejectRecord(
        line=row["line"],
        track_id=str(row["track_id"]),
        column="trackID",
        code="DUPLICATE_TRACK",
        message=f"trackID {row['track_id']} already appears in an earlier row.",
    )
