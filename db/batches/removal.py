"""Remove a batch: what it wrote and nobody wrote later, its rejects and counts, its place in line.

A job that stays in the queue does no harm: the worker that takes it finds no batch and drops it.
"""

import uuid

from sqlalchemy import delete, select
from sqlmodel import col

from db.batches.repository import TRY_LOCK, lock_keys, to_record
from db.engine import Sessions
from db.errors import BatchInUseError, translate_errors
from db.models import BatchRow, TrackRow
from db.records import BatchRecord


class PostgresBatchRemoval:
    """Removes batches; each removal is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def __call__(self, batch_id: uuid.UUID) -> BatchRecord | None:
        """Remove a batch and return what it was; None if there is none.

        Its tracks go with it, also corrected ones, unless a later batch has written them.

        Raises
        ------
        BatchInUseError
            A process reads its file now, or will while the client waits.
        """
        with translate_errors():
            async with self._sessions.begin() as session:
                is_free = await session.scalar(TRY_LOCK, lock_keys(batch_id))
                row = await session.scalar(select(BatchRow).where(col(BatchRow.id) == batch_id))
                if row is None:
                    return None
                if not is_free:
                    raise BatchInUseError(row.status)
                record = to_record(row)
                tracks = delete(TrackRow).where(col(TrackRow.batch_id) == batch_id)
                await session.execute(tracks)
                await session.execute(delete(BatchRow).where(col(BatchRow.id) == batch_id))
        return record
