"""Batches that classify stored tracks again: queued once per target, then told what to classify."""

import uuid

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import col

from db.batches.kind import BatchKind
from db.batches.queue import put
from db.batches.records import NewBatch
from db.batches.status import OPEN, BatchStatus, Transition
from db.batches.transitions import insert_batch, move_batch
from db.errors import translate_errors
from db.models import BatchRow
from db.tracks.reclassify import Unclassified

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(1734700661)")


class PostgresReclassifications:
    """Queues reclassifications on Postgres; each method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def enqueue(self, batch: NewBatch) -> uuid.UUID:
        """Queue a reclassification and return its id; that of an open one of the same target."""
        with translate_errors():
            async with self._engine.begin() as connection:
                await connection.execute(_ONE_AT_A_TIME)
                open_id = await _find_open(connection, batch.target_id)
                if open_id is None:
                    await insert_batch(connection, batch, BatchStatus.QUEUED, is_background=True)
                    await put(connection, batch.id, batch.kind)
        return open_id or batch.id

    async def find_wanted(self, batch_id: uuid.UUID) -> Unclassified:
        """Say which tracks a batch that has been started classifies."""
        columns = (col(BatchRow.model_version), col(BatchRow.target_batch_id))
        statement = select(*columns).where(col(BatchRow.id) == batch_id)
        with translate_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(statement)).one()
        return Unclassified(row.model_version, row.target_batch_id)

    async def set_total(self, batch_id: uuid.UUID, rows: int) -> None:
        """Record how many tracks a batch will classify.

        Raises
        ------
        TransitionError
            Somebody has ended the batch.
        """
        with translate_errors():
            async with self._engine.begin() as connection:
                await move_batch(connection, batch_id, Transition.ADVANCE, rows_total=rows)


async def _find_open(connection: AsyncConnection, target_id: uuid.UUID | None) -> uuid.UUID | None:
    found: uuid.UUID | None = await connection.scalar(
        select(col(BatchRow.id)).where(
            col(BatchRow.kind) == BatchKind.RECLASSIFY,
            col(BatchRow.status).in_(OPEN),
            col(BatchRow.target_batch_id).is_not_distinct_from(target_id),
        )
    )
    return found
