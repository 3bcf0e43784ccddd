"""Look batches up; `db.batches.lifecycle` changes them."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ARRAY, Uuid, func, literal, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from db.batches.detected import read_detected
from db.batches.kind import BatchKind
from db.batches.rate import is_fresh
from db.batches.records import BatchRecord, RejectCount, RejectRecord
from db.batches.status import BatchStatus
from db.engine import Sessions
from db.errors import translate_errors
from db.keyset import make_page, read_page, select_window
from db.models import BatchGenreRow, BatchRow, OmittedRejectsRow, RejectRow
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

    async def list_rejects_of(
        self, ids: Sequence[uuid.UUID], window: Window[RejectKey]
    ) -> Mapping[uuid.UUID, Page[RejectRecord]]:
        """Rejected rows of each batch, by line."""

    async def count_rejects_of(self, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        """How many rejected rows of each batch are stored."""

    async def count_rejects_by_code(
        self, ids: Sequence[uuid.UUID]
    ) -> Mapping[uuid.UUID, list[RejectCount]]:
        """How many rows of each batch were rejected for each reason, stored or not."""

    async def list_genres_of(
        self, ids: Sequence[uuid.UUID]
    ) -> Mapping[uuid.UUID, list[GenreCount]]:
        """How many tracks of each batch got each genre, by name."""

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
        return (await self.list_rejects_of([batch_id], window))[batch_id]

    async def list_rejects_of(
        self, ids: Sequence[uuid.UUID], window: Window[RejectKey]
    ) -> Mapping[uuid.UUID, Page[RejectRecord]]:
        wanted = func.unnest(literal(list(ids), ARRAY(Uuid))).table_valued("id").render_derived()
        own = select(RejectRow).where(col(RejectRow.batch_id) == wanted.c.id)
        page = select_window(own, (col(RejectRow.line),), window, window.limit + 1).lateral()
        reject = aliased(RejectRow, page)
        with translate_errors():
            async with self._sessions() as session:
                rows = await session.scalars(select(reject).select_from(wanted.join(page, true())))
                by_batch: dict[uuid.UUID, list[RejectRow]] = {key: [] for key in ids}
                for row in rows:
                    by_batch[row.batch_id].append(row)
        for found in by_batch.values():  # as `select_window` orders them
            found.sort(key=lambda row: row.line, reverse=window.backwards)
        return {key: make_page(found, window, _to_reject) for key, found in by_batch.items()}

    async def count_rejects_of(self, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        batch_id = col(RejectRow.batch_id)
        statement = select(batch_id, func.count()).where(batch_id.in_(ids)).group_by(batch_id)
        with translate_errors():
            async with self._sessions() as session:
                found = {key: count for key, count in await session.execute(statement)}
        return {key: found.get(key, 0) for key in ids}

    async def count_rejects_by_code(
        self, ids: Sequence[uuid.UUID]
    ) -> Mapping[uuid.UUID, list[RejectCount]]:
        batch_id, code = col(RejectRow.batch_id), col(RejectRow.code)
        omitted = select(OmittedRejectsRow).where(col(OmittedRejectsRow.batch_id).in_(ids))
        stored = (
            select(batch_id, code, func.count()).where(batch_id.in_(ids)).group_by(batch_id, code)
        )
        counts: dict[uuid.UUID, Counter[str]] = {key: Counter() for key in ids}
        with translate_errors():
            async with self._sessions() as session:
                for key, reason, rows in await session.execute(stored):
                    counts[key][reason] += rows
                for row in await session.scalars(omitted):
                    counts[row.batch_id][row.code] += row.row_count
        return {
            key: [RejectCount(*item) for item in count.most_common()]
            for key, count in counts.items()
        }

    async def list_genres_of(
        self, ids: Sequence[uuid.UUID]
    ) -> Mapping[uuid.UUID, list[GenreCount]]:
        batch_id, genre = col(BatchGenreRow.batch_id), col(BatchGenreRow.genre)
        statement = (
            select(batch_id, genre, col(BatchGenreRow.track_count))
            .where(batch_id.in_(ids))
            .order_by(batch_id, genre)
        )
        found: dict[uuid.UUID, list[GenreCount]] = {key: [] for key in ids}
        with translate_errors():
            async with self._sessions() as session:
                for key, name, tracks in await session.execute(statement):
                    found[key].append(GenreCount(name, tracks))
        return found

    async def list_genres(self, batch_id: uuid.UUID) -> list[GenreCount]:
        return (await self.list_genres_of([batch_id]))[batch_id]


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
        original_kept_until=row.original_kept_until,
        client_id=row.client_id,
    )


def _current_rate(row: Any) -> float | None:
    is_measured = row.status == BatchStatus.RUNNING and row.advanced_at is not None
    return row.rows_per_second if is_measured and is_fresh(row.advanced_at) else None


def _to_reject(row: RejectRow) -> RejectRecord:
    return RejectRecord(row.line, row.track_id, row.column_name, row.code, row.message)
