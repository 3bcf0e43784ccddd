"""Batches: opened, read, and closed when their process died."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.keyset import read_page
from db.model_versions import save_model
from db.models import BatchGenreRow, BatchRow, RejectRow
from db.records import BatchRecord, GenreCount, ModelVersion, Page, RejectRecord, Window

BatchKey = tuple[datetime, uuid.UUID]
"""Where a batch stands among all: start time, then id."""

RejectKey = tuple[int]
"""Where a reject stands in its batch: its line."""

OPEN = ("QUEUED", "RUNNING")
# A chunk need not be on the disk before the next one is written: should the machine fail, the last
# ones are gone together with their counts and resume points. The end of a batch waits for the disk,
# and so for all that was written before it.
COMMIT_WITHOUT_WAITING = text("SET LOCAL synchronous_commit = off")
INTERRUPTED = "INTERRUPTED"
INTERRUPTED_MESSAGE = (
    "The service stopped before it had read all of this file. What was stored stays; send the file "
    "again."
)
LOCK_SPACE = 0x67656E72
"""First key of the advisory locks that batches hold while they run, or wait with their client; the
second is made from the id."""


class BatchRepository(Protocol):
    """Where batches are kept."""

    async def open_batch(
        self,
        batch_id: uuid.UUID,
        file_name: str,
        model: ModelVersion,
        client_id: str | None,
    ) -> None:
        """Record a new batch with status RUNNING; its writer must be open already."""

    async def find_batches(self, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, BatchRecord]:
        """Return the batches that exist, by id."""

    async def list_batches(self, window: Window[BatchKey]) -> Page[BatchRecord]:
        """All batches, newest first."""

    async def count_batches(self) -> int:
        """How many batches there are."""

    async def list_rejects(
        self, batch_id: uuid.UUID, window: Window[RejectKey]
    ) -> Page[RejectRecord]:
        """Rejected rows of a batch, by line."""

    async def count_rejects(self, batch_id: uuid.UUID) -> int:
        """How many rows of a batch were rejected."""

    async def list_genres(self, batch_id: uuid.UUID) -> list[GenreCount]:
        """How many tracks of a batch got each genre, by name."""

    async def fail_interrupted(self) -> int:
        """Mark batches whose process is gone as FAILED; return how many there were.

        Not those in the background, which another worker takes up.
        """


class PostgresBatches:
    """`BatchRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def open_batch(
        self,
        batch_id: uuid.UUID,
        file_name: str,
        model: ModelVersion,
        client_id: str | None,
    ) -> None:
        open_batch = insert(BatchRow).values(
            id=batch_id,
            file_name=file_name,
            status="RUNNING",
            model_version=model.version,
            client_id=client_id,
        )
        with translate_errors():
            async with self._sessions.begin() as session:
                await session.execute(COMMIT_WITHOUT_WAITING)  # its end will wait
                await session.execute(save_model(model))
                await session.execute(open_batch)

    async def find_batches(self, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, BatchRecord]:
        statement = select(BatchRow).where(col(BatchRow.id).in_(ids))
        with translate_errors():
            async with self._sessions() as session:
                return {row.id: to_record(row) for row in await session.scalars(statement)}

    async def list_batches(self, window: Window[BatchKey]) -> Page[BatchRecord]:
        key = (col(BatchRow.started_at), col(BatchRow.id))
        with translate_errors():
            async with self._sessions() as session:
                return await read_page(
                    session,
                    select(BatchRow),
                    key,
                    window,
                    lambda row: to_record(row[0]),
                    descending=True,
                )

    async def count_batches(self) -> int:
        with translate_errors():
            async with self._sessions() as session:
                return await session.scalar(select(func.count()).select_from(BatchRow)) or 0

    async def list_rejects(
        self, batch_id: uuid.UUID, window: Window[RejectKey]
    ) -> Page[RejectRecord]:
        statement = select(RejectRow).where(col(RejectRow.batch_id) == batch_id)
        with translate_errors():
            async with self._sessions() as session:
                key = (col(RejectRow.line),)
                return await read_page(
                    session, statement, key, window, lambda row: _to_reject(row[0])
                )

    async def count_rejects(self, batch_id: uuid.UUID) -> int:
        statement = select(func.count()).where(col(RejectRow.batch_id) == batch_id)
        with translate_errors():
            async with self._sessions() as session:
                return await session.scalar(statement) or 0

    async def list_genres(self, batch_id: uuid.UUID) -> list[GenreCount]:
        statement = (
            select(col(BatchGenreRow.genre), col(BatchGenreRow.track_count))
            .where(col(BatchGenreRow.batch_id) == batch_id)
            .order_by(col(BatchGenreRow.genre))
        )
        with translate_errors():
            async with self._sessions() as session:
                return [GenreCount(*row) for row in await session.execute(statement)]

    async def fail_interrupted(self) -> int:
        unfinished = select(col(BatchRow.id)).where(
            col(BatchRow.status).in_(OPEN), ~col(BatchRow.is_background)
        )
        with translate_errors():
            async with self._sessions() as session:
                ids = list(await session.scalars(unfinished))
        return sum([await self._fail_if_abandoned(batch_id) for batch_id in ids])

    async def _fail_if_abandoned(self, batch_id: uuid.UUID) -> bool:
        """Look at its lock: a living process holds it, and Postgres frees those of a dead one."""
        fail = (
            update(BatchRow)
            .where(col(BatchRow.id) == batch_id, col(BatchRow.status).in_(OPEN))
            .values(
                status="FAILED",
                finished_at=func.now(),
                error_code=INTERRUPTED,
                error_message=INTERRUPTED_MESSAGE,
            )
        )
        with translate_errors():
            async with self._sessions.begin() as session:
                if not await session.scalar(TRY_LOCK, lock_keys(batch_id)):
                    return False
                result: Any = await session.execute(fail)
                return bool(result.rowcount)


TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:space, :key)")


def lock_keys(batch_id: uuid.UUID) -> dict[str, int]:
    """Return the two int4 keys of a batch's advisory lock."""
    key = int.from_bytes(batch_id.bytes[:4], "big", signed=True)
    return {"space": LOCK_SPACE, "key": key}


def to_record(row: BatchRow) -> BatchRecord:
    """Return a batch as other packages see it."""
    return BatchRecord(
        id=row.id,
        file_name=row.file_name,
        status=row.status,
        model_version=row.model_version,
        rows_received=row.rows_received,
        rows_rejected=row.rows_rejected,
        rows_stored=row.rows_stored,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error_code=row.error_code,
        error_message=row.error_message,
    )


def _to_reject(row: RejectRow) -> RejectRecord:
    return RejectRecord(row.line, row.track_id, row.column_name, row.code, row.message)
