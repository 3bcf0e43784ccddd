"""Which batches still have the file that was sent, and until when."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import BatchRow


class PostgresOriginals:
    """Records what is kept; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def keep(self, batch_id: uuid.UUID, days: int) -> bool:
        """Record that the file of a batch is kept; False if there is no such batch any more."""
        until = func.now() + timedelta(days=days)
        return await self._set_until([batch_id], until) > 0

    async def forget(self, batch_ids: Sequence[uuid.UUID]) -> None:
        """Record that files are not kept any more."""
        await self._set_until(batch_ids, None)

    async def find_expired(self, max_bytes: int) -> list[uuid.UUID]:
        """Return batches whose file is too old, or whose room newer ones need."""
        until = col(BatchRow.original_kept_until)
        newest_first = (col(BatchRow.started_at).desc(), col(BatchRow.id).desc())
        size = func.coalesce(col(BatchRow.bytes_total), 0)
        kept = (
            select(
                col(BatchRow.id),
                until.label("until"),
                func.sum(size).over(order_by=newest_first).label("total"),
            )
            .where(until.is_not(None))
            .subquery()
        )
        statement = select(kept.c.id).where(
            or_(kept.c.until <= func.now(), kept.c.total > max_bytes)
        )
        with translate_errors():
            async with self._sessions() as session:
                return list(await session.scalars(statement))

    async def find_kept(self, batch_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, datetime]:
        """Return until when files are kept, of those batches that still have theirs."""
        until: Any = col(BatchRow.original_kept_until)
        statement = select(col(BatchRow.id), until).where(
            col(BatchRow.id).in_(batch_ids), until.is_not(None)
        )
        with translate_errors():
            async with self._sessions() as session:
                return {batch_id: kept for batch_id, kept in await session.execute(statement)}

    async def _set_until(self, batch_ids: Sequence[uuid.UUID], until: Any) -> int:
        statement = (
            update(BatchRow)
            .where(col(BatchRow.id).in_(batch_ids))
            .values(original_kept_until=until)
            .returning(col(BatchRow.id))
        )
        with translate_errors():
            async with self._sessions.begin() as session:
                return len(list(await session.scalars(statement)))
