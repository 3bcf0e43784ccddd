"""The outbox of webhooks: what is to be sent once a batch has ended, and what became of it.

A notification is recorded with its batch, in one transaction, and is due when the batch has ended,
whoever ended it. Taking one counts an attempt and hides it for the length of a lease; should its
process die, another one takes it afterwards. So each is sent at least once.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from sqlalchemy import Column, DateTime, ForeignKey, Integer, Text, func, select, update
from sqlalchemy.dialects.postgresql import UUID, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import Field, SQLModel, col

from db.batches.records import BatchRecord
from db.batches.repository import to_record
from db.batches.status import ENDED
from db.engine import Sessions
from db.errors import translate_errors
from db.models import BatchRow


class NotificationRow(SQLModel, table=True):
    """A webhook to call when a batch ends; the index of those that are due is in the migrations."""

    __tablename__: ClassVar[str] = "batch_notifications"

    batch_id: uuid.UUID = Field(
        sa_column=Column(
            UUID(as_uuid=True),
            ForeignKey("batches.id", ondelete="CASCADE"),
            primary_key=True,
        )
    )
    url: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False, server_default="PENDING"))
    attempts: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    last_error: str | None = Field(sa_column=Column(Text))
    due_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )
    delivered_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class NotificationStatus(StrEnum):
    """What became of a notification."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class NotificationRecord:
    """A webhook to call when a batch ends."""

    batch_id: uuid.UUID
    url: str
    status: NotificationStatus
    attempts: int
    last_error: str | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueNotification:
    """A notification that this process has taken, and its batch, which has ended."""

    url: str
    attempts: int
    """How often it has been taken, this time included."""
    batch: BatchRecord


class NotificationRepository(Protocol):
    """Where notifications are looked up."""

    async def find(self, batch_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, NotificationRecord]:
        """Return the notifications of those batches that have one."""


class PostgresNotifications:
    """`NotificationRepository` and the outbox on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find(self, batch_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, NotificationRecord]:
        statement = select(NotificationRow).where(col(NotificationRow.batch_id).in_(batch_ids))
        with translate_errors():
            async with self._sessions() as session:
                return {row.batch_id: _to_record(row) for row in await session.scalars(statement)}

    async def take(self, limit: int, lease: timedelta) -> list[DueNotification]:
        """Take notifications that are due, oldest first; no other process gets them meanwhile."""
        due = (
            select(col(NotificationRow.batch_id))
            .join(BatchRow, col(BatchRow.id) == col(NotificationRow.batch_id))
            .where(
                col(NotificationRow.status) == NotificationStatus.PENDING,
                col(NotificationRow.due_at) <= func.now(),
                col(BatchRow.status).in_(ENDED),
                col(BatchRow.removed_at).is_(None),
            )
            .order_by(col(NotificationRow.due_at))
            .limit(limit)
            .with_for_update(of=NotificationRow, skip_locked=True)
            .cte("due")
        )
        taken = (
            update(NotificationRow)
            .where(col(NotificationRow.batch_id).in_(select(due.c.batch_id)))
            .values(attempts=col(NotificationRow.attempts) + 1, due_at=func.now() + lease)
            .returning(NotificationRow)
            .execution_options(synchronize_session=False)
        )
        with translate_errors():
            async with self._sessions.begin() as session:
                rows = list(await session.scalars(taken))
                ids = [row.batch_id for row in rows]
                found = await session.scalars(select(BatchRow).where(col(BatchRow.id).in_(ids)))
                batches = {row.id: to_record(row) for row in found}
        return [DueNotification(row.url, row.attempts, batches[row.batch_id]) for row in rows]

    async def set_delivered(self, batch_id: uuid.UUID) -> None:
        """Note that the receiver has accepted a notification."""
        await self._set(
            batch_id,
            status=NotificationStatus.DELIVERED,
            delivered_at=func.now(),
            last_error=None,
        )

    async def set_failed(
        self, batch_id: uuid.UUID, error: str, retry_after: timedelta | None
    ) -> None:
        """Note why a notification was not accepted, and when to try again; None gives up."""
        if retry_after is None:
            await self._set(batch_id, status=NotificationStatus.FAILED, last_error=error)
        else:
            await self._set(batch_id, due_at=func.now() + retry_after, last_error=error)

    async def _set(self, batch_id: uuid.UUID, **values: Any) -> None:
        statement = (
            update(NotificationRow)
            .where(
                col(NotificationRow.batch_id) == batch_id,
                col(NotificationRow.status) == NotificationStatus.PENDING,
            )
            .values(**values)
        )
        with translate_errors():
            async with self._sessions.begin() as session:
                await session.execute(statement)


async def insert_notification(connection: AsyncConnection, batch_id: uuid.UUID, url: str) -> None:
    """Record what to call when a batch ends, in the caller's transaction."""
    await connection.execute(insert(NotificationRow).values(batch_id=batch_id, url=url))


def _to_record(row: NotificationRow) -> NotificationRecord:
    return NotificationRecord(
        batch_id=row.batch_id,
        url=row.url,
        status=NotificationStatus(row.status),
        attempts=row.attempts,
        last_error=row.last_error,
        delivered_at=row.delivered_at,
    )
