"""Delete batches in short transactions, and say beforehand what that does to their tracks.

A batch is marked first; from then on it is hidden, and no track goes to it. Then its tracks are
taken from it, a few thousand at a time: those that an earlier batch also brought go back to it.
Whoever finds a marked batch whose lock is free can go on: its process died.
"""

import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import case, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import col

from db.batches.errors import BatchInUseError
from db.batches.locks import lock_batch
from db.batches.records import BatchDeletion, BatchRecord
from db.batches.repository import to_record
from db.batches.status import OPEN, BatchStatus
from db.engine import driver_of
from db.errors import translate_errors
from db.models import BatchRow
from db.time_limits import allow_long, begin_bulk
from db.tracks.superseded import forget, take_from

CHUNK_TRACKS = 5_000
"""One transaction's; it holds their locks for a fraction of a second."""
_PAGE_TRACKS = 100_000
_FIRST_ID = -1

_OWN = """
SELECT array_agg(track_id ORDER BY track_id) FROM (
    SELECT track_id FROM tracks WHERE batch_id = $1 LIMIT $2
) AS page
"""
_DROP_REJECTS = """
WITH page AS (
    SELECT line FROM batch_rejects WHERE batch_id = $1 AND line > $2 ORDER BY line LIMIT $3
), dropped AS (
    DELETE FROM batch_rejects USING page
    WHERE batch_id = $1 AND batch_rejects.line = page.line
)
SELECT max(line) FROM page
"""
_DROP = "DELETE FROM batches WHERE id = $1"
# Neither the corrections nor the remembered rows are read for every track of the batch, but the
# batch's entries in the index are.
_PREVIEW = text("""
SELECT
    (SELECT count(*) FROM tracks WHERE batch_id = :batch_id) AS stored,
    (
        SELECT count(DISTINCT track_id) FROM superseded_tracks AS kept JOIN tracks USING (track_id)
        WHERE tracks.batch_id = :batch_id AND kept.batch_id IS DISTINCT FROM :batch_id
            AND (kept.batch_id IS NULL OR kept.batch_id IN (
                SELECT id FROM batches WHERE removed_at IS NULL
            ))
    ) AS returned,
    (
        SELECT count(*) FROM corrections JOIN tracks USING (track_id)
        WHERE tracks.batch_id = :batch_id
    ) AS corrected
""")


class BatchRemovals:
    """Deletes batches on Postgres."""

    def __init__(self, engine: AsyncEngine, *, chunk_tracks: int = CHUNK_TRACKS) -> None:
        self._engine = engine
        self._chunk_tracks = chunk_tracks

    async def preview(self, batch_id: uuid.UUID) -> BatchDeletion:
        """Count what deleting a batch would do; the time grows with its tracks."""
        with translate_errors():
            async with self._engine.connect() as connection:
                await allow_long(connection)
                found = (await connection.execute(_PREVIEW, {"batch_id": batch_id})).one()
        return BatchDeletion(found.stored - found.returned, found.returned, found.corrected)

    async def remove(
        self, batch_id: uuid.UUID, *, budget_s: float | None = None
    ) -> BatchRecord | None:
        """Delete a batch and return what it was; None if there is none.

        Its rejects go with it, and its tracks go back to earlier batches or are deleted;
        corrections stay. After `budget_s` the rest is left to `list_unfinished`. Its job may
        stay in the queue: the worker that takes it drops it.

        Raises
        ------
        BatchInUseError
            A process is reading its file, or will while the client waits.
        """
        deadline = None if budget_s is None else time.monotonic() + budget_s
        async with lock_batch(self._engine, batch_id) as connection:
            if connection is None:
                await self._refuse(batch_id)
                return None
            with translate_errors():
                record = await _mark(connection, batch_id)
                if record is not None:
                    await self._drop(connection, batch_id, deadline)
        return record

    async def list_unfinished(self) -> list[uuid.UUID]:
        """List the marked batches; another process may be deleting them."""
        statement = select(col(BatchRow.id)).where(col(BatchRow.removed_at).is_not(None))
        with translate_errors():
            async with self._engine.connect() as connection:
                return list(await connection.scalars(statement))

    async def resume(self, batch_id: uuid.UUID) -> None:
        """Finish deleting a marked batch, unless another process is at it."""
        async with lock_batch(self._engine, batch_id) as connection:
            if connection is not None:
                with translate_errors():
                    await self._drop(connection, batch_id, None)

    async def _refuse(self, batch_id: uuid.UUID) -> None:
        """Raise BatchInUseError, unless another process is deleting the batch."""
        status = select(col(BatchRow.status)).where(
            col(BatchRow.id) == batch_id, col(BatchRow.removed_at).is_(None)
        )
        with translate_errors():
            async with self._engine.connect() as connection:
                found = await connection.scalar(status)
        if found is not None:
            raise BatchInUseError(BatchStatus(found))

    async def _drop(
        self, connection: AsyncConnection, batch_id: uuid.UUID, deadline: float | None
    ) -> None:
        """Delete a marked batch until the deadline."""
        for empty in (self._take_tracks, self._forget_tracks, self._drop_rejects):
            async for _ in empty(connection, batch_id):
                if deadline is not None and time.monotonic() > deadline:
                    return
        async with connection.begin():
            await allow_long(connection)
            await (await driver_of(connection)).execute(_DROP, batch_id)

    async def _take_tracks(
        self, connection: AsyncConnection, batch_id: uuid.UUID
    ) -> AsyncIterator[None]:
        while True:
            async with connection.begin():
                await allow_long(connection)
                driver = await driver_of(connection)
                track_ids = await driver.fetchval(_OWN, batch_id, _PAGE_TRACKS)
            if not track_ids:
                return
            for start in range(0, len(track_ids), self._chunk_tracks):
                async with _quick(connection) as driver:
                    chunk = track_ids[start : start + self._chunk_tracks]
                    await take_from(driver, batch_id, chunk)
                yield

    async def _forget_tracks(
        self, connection: AsyncConnection, batch_id: uuid.UUID
    ) -> AsyncIterator[None]:
        last: int | None = _FIRST_ID
        while last is not None:
            async with _quick(connection) as driver:
                last = await forget(driver, batch_id, after=last, limit=self._chunk_tracks)
            yield

    async def _drop_rejects(
        self, connection: AsyncConnection, batch_id: uuid.UUID
    ) -> AsyncIterator[None]:
        last: int | None = _FIRST_ID
        while last is not None:
            async with _quick(connection) as driver:
                last = await driver.fetchval(_DROP_REJECTS, batch_id, last, self._chunk_tracks)
            yield


async def _mark(connection: AsyncConnection, batch_id: uuid.UUID) -> BatchRecord | None:
    """Hide a batch; waits for the transactions that are giving tracks to it."""
    this = col(BatchRow.id) == batch_id, col(BatchRow.removed_at).is_(None)
    async with connection.begin():
        await allow_long(connection)
        found = await connection.execute(select(BatchRow).where(*this).with_for_update())
        row = found.one_or_none()
        if row is None:
            return None
        is_open = col(BatchRow.status).in_(OPEN)
        status = case((is_open, BatchStatus.CANCELLED), else_=col(BatchRow.status))
        await connection.execute(
            update(BatchRow).where(this[0]).values(status=status, removed_at=func.now())
        )
    return to_record(row)


@asynccontextmanager
async def _quick(connection: AsyncConnection) -> AsyncIterator[Any]:
    async with connection.begin():
        await begin_bulk(connection)
        yield await driver_of(connection)
