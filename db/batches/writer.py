"""Write the tracks of one batch, chunk by chunk: COPY, then one statement.

A chunk is one transaction with the batch's counts, so that a batch which dies says exactly what it
stored. The writer holds an advisory lock on its connection while the batch runs: Postgres frees it
when the process dies, by which `BatchRepository.fail_interrupted` knows. A worker holds it alone;
a batch whose client waits may share it with `db.batches.locks`.
"""

import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import anyio
import numpy as np
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.batches.queue import driver_of
from db.batches.repository import COMMIT_WITHOUT_WAITING, lock_keys
from db.errors import StorageUnavailableError, translate_errors
from db.records import ClassifiedTracks, ModelVersion, RejectRecord, ResumePoint
from db.tracks.copy import TrackRows, copy_rows, store_rows

_COUNT_GENRES = """
INSERT INTO batch_genres AS kept (batch_id, genre, track_count)
SELECT $1, genre, track_count FROM unnest($2::text[], $3::bigint[]) AS new(genre, track_count)
ON CONFLICT (batch_id, genre) DO UPDATE SET track_count = kept.track_count + excluded.track_count
"""
_COUNT_ROWS = """
UPDATE batches SET rows_received = rows_received + $2, rows_rejected = rows_rejected + $3,
    rows_stored = rows_stored + $4, resume_byte = $5, resume_line = $6, attempts = 0
WHERE id = $1
"""
_FINISH = """
UPDATE batches SET status = $2, error_code = $3, error_message = $4, finished_at = now()
WHERE id = $1
"""
_SHARE_LOCK = text("SELECT true FROM pg_advisory_lock_shared(:space, :key)")
_UNSHARE_LOCK = text("SELECT pg_advisory_unlock_shared(:space, :key)")
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:space, :key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:space, :key)")


class BatchWriter(Protocol):
    """Stores what was read of one file."""

    def prepare(self, tracks: ClassifiedTracks) -> TrackRows:
        """Bring tracks into the form that is stored; takes long enough to belong into a thread."""

    async def save_chunk(
        self, rows: TrackRows, rejects: Sequence[RejectRecord], end: ResumePoint
    ) -> None:
        """Store tracks and rejected rows; all or nothing, with the batch's counts and `end`.

        A track that an earlier line of the same file has stored becomes a reject.
        """

    async def finish(self) -> None:
        """Set status DONE."""

    async def fail(self, code: str, message: str) -> None:
        """Set status FAILED; what was stored stays."""


class PostgresBatchWriter:
    """`BatchWriter` on one connection."""

    def __init__(
        self, connection: AsyncConnection, batch_id: uuid.UUID, model: ModelVersion
    ) -> None:
        self._connection = connection
        self._batch_id = batch_id
        self._model = model

    def prepare(self, tracks: ClassifiedTracks) -> TrackRows:
        return copy_rows(tracks, self._model.genres)

    async def save_chunk(
        self, rows: TrackRows, rejects: Sequence[RejectRecord], end: ResumePoint
    ) -> None:
        with translate_errors():
            async with self._connection.begin():
                await self._connection.execute(COMMIT_WITHOUT_WAITING)
                driver = await driver_of(self._connection)
                duplicates = await store_rows(driver, rows, self._model.version, self._batch_id)
                refused = [*rejects, *map(_duplicate, duplicates)]
                await self._save_rejects(driver, refused)
                lines = [row["line"] for row in duplicates]
                await self._count(driver, rows, refused, lines, end)

    async def finish(self) -> None:
        await self._set_status("DONE", None, None)

    async def fail(self, code: str, message: str) -> None:
        await self._set_status("FAILED", code, message)

    async def _set_status(self, status: str, code: str | None, message: str | None) -> None:
        with translate_errors():
            async with self._connection.begin():
                driver = await driver_of(self._connection)
                await driver.execute(_FINISH, self._batch_id, status, code, message)
                await self._close(driver)

    async def _close(self, driver: Any) -> None:
        """Do what else belongs to the end of a batch, in the same transaction."""

    async def _save_rejects(self, driver: Any, rejects: Sequence[RejectRecord]) -> None:
        await driver.copy_records_to_table(
            "batch_rejects",
            records=[
                (self._batch_id, r.line, r.track_id, r.column, r.code, r.message) for r in rejects
            ],
            columns=("batch_id", "line", "track_id", "column_name", "code", "message"),
        )

    async def _count(
        self,
        driver: Any,
        rows: TrackRows,
        refused: Sequence[RejectRecord],
        duplicate_lines: Sequence[int],
        end: ResumePoint,
    ) -> None:
        kept = rows.predicted[~np.isin(rows.lines, duplicate_lines)]
        counts = np.bincount(kept, minlength=len(self._model.genres))
        present = np.flatnonzero(counts)
        genres = [self._model.genres[index] for index in present]
        stored = len(kept)
        await driver.execute(_COUNT_GENRES, self._batch_id, genres, counts[present].tolist())
        counts_of_rows = (stored + len(refused), len(refused), stored)
        await driver.execute(_COUNT_ROWS, self._batch_id, *counts_of_rows, end.byte, end.line)


@contextlib.asynccontextmanager
async def open_writer(
    engine: AsyncEngine, batch_id: uuid.UUID, model: ModelVersion
) -> AsyncIterator[PostgresBatchWriter]:
    """Take a connection and the lock of the batch for as long as it runs."""
    async with lock_batch(engine, batch_id, shared=True) as connection:
        assert connection is not None
        yield PostgresBatchWriter(connection, batch_id, model)


@contextlib.asynccontextmanager
async def lock_batch(
    engine: AsyncEngine, batch_id: uuid.UUID, *, shared: bool = False
) -> AsyncIterator[AsyncConnection | None]:
    """Take a connection with the lock of a batch; None if another process works on the batch.

    A shared one is waited for, if need be.
    """
    keys, has_lock = lock_keys(batch_id), False
    lock, unlock = (_SHARE_LOCK, _UNSHARE_LOCK) if shared else (_TRY_LOCK, _UNLOCK)
    with translate_errors():
        connection = await engine.connect()
    try:
        with translate_errors():
            async with connection.begin():
                has_lock = bool(await connection.scalar(lock, keys))
        yield connection if has_lock else None
    finally:
        with anyio.CancelScope(shield=True):
            await _release(connection, unlock, keys if has_lock else None)


async def _release(
    connection: AsyncConnection, unlock: TextClause, keys: dict[str, int] | None
) -> None:
    """Free the lock, or drop a broken connection, which frees it too."""
    try:
        if keys:
            with translate_errors():
                async with connection.begin():
                    await connection.execute(unlock, keys)
    except StorageUnavailableError:
        await connection.invalidate()
    finally:
        await connection.close()


def _duplicate(row: Any) -> RejectRecord:
    return RejectRecord(
        line=row["line"],
        track_id=str(row["track_id"]),
        column="trackID",
        code="DUPLICATE_TRACK",
        message=f"trackID {row['track_id']} already appears in an earlier row.",
    )
