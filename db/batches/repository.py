"""Look batches up; `db.batches.lifecycle` changes them."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlmodel import col

from db.batches.detected import read_detected
from db.batches.kind import BatchKind
from db.batches.rate import is_fresh
from db.batches.records import BatchRecord, RejectRecord
from db.batches.status import BatchStatus
from db.engine import Sessions
from db.errors import translate_errors
from db.keyset import read_page
from db.models import BatchGenreRow, BatchRow, RejectRow
from db.records import GenreCount, Page, Window

BatchKey = tuple[datetime, uuid.UUID]
"""Where a batch stands among all: start time, then id."""

RejectKey = tuple[int]
"""A reject's position in its batch: its line."""

_IS_SHOWN = col(BatchRow.removed_at).is_(None)


class BatchRepository(Protocol):
    """Where batches are looked up."""

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


class PostgresBatches:
    """`BatchRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find_batches(self, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, BatchRecord]:
        statement = select(BatchRow).where(col(BatchRow.id).in_(ids), _IS_SHOWN)
        with translate_errors():
            async with self._sessions() as session:
                return {row.id: to_record(row) for row in await session.scalars(statement)}

    async def list_batches(self, window: Window[BatchKey]) -> Page[BatchRecord]:
        key = (col(BatchRow.started_at), col(BatchRow.id))
        with translate_errors():
            async with self._sessions() as session:
                return await read_page(
                    session,
                    select(BatchRow).where(_IS_SHOWN),
                    key,
                    window,
                    lambda row: to_record(row[0]),
                    descending=True,
                )

    async def count_batches(self) -> int:
        statement = select(func.count()).select_from(BatchRow).where(_IS_SHOWN)
        with translate_errors():
            async with self._sessions() as session:
                return await session.scalar(statement) or 0

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


def to_record(row: Any) -> BatchRecord:
    """Return a batch as other packages see it."""
    return BatchRecord(
        id=row.id,
        kind=BatchKind(row.kind),
        file_name=row.file_name,
        status=BatchStatus(row.status),
        model_version=row.model_version,
        rows_received=row.rows_received,
        rows_rejected=row.rows_rejected,
        rows_stored=row.rows_stored,
        rows_total=row.rows_total,
        bytes_read=row.bytes_read,
        bytes_total=row.bytes_total,
        rows_per_second=_current_rate(row),
        started_at=row.started_at,
        finished_at=row.finished_at,
        error_code=row.error_code,
        error_message=row.error_message,
        detected=read_detected(row.detected),
    )


def _current_rate(row: Any) -> float | None:
    is_measured = row.status == BatchStatus.RUNNING and row.advanced_at is not None
    return row.rows_per_second if is_measured and is_fresh(row.advanced_at) else None


def _to_reject(row: RejectRow) -> RejectRecord:
    return RejectRecord(row.line, row.track_id, row.column_name, row.code, row.message)
