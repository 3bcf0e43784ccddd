"""Batches that workers read: added to the queue, and looked after when a worker has died."""

import uuid
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.batches.queue import driver_of, put
from db.batches.repository import lock_keys
from db.errors import translate_errors
from db.model_versions import save_model
from db.records import ModelVersion

_ADD_BATCH = """
INSERT INTO batches (id, file_name, status, model_version, client_id, is_background)
VALUES ($1, $2, 'QUEUED', $3, $4, true)
"""
_LIST_OPEN = (
    "SELECT id, status FROM batches WHERE is_background AND status IN ('QUEUED', 'RUNNING')"
)
_SHOW_WAITING = """
UPDATE batches SET status = 'QUEUED'
WHERE id = $1 AND status = 'RUNNING' AND pg_try_advisory_xact_lock($2, $3)
"""


class BackgroundBatchRepository(Protocol):
    """Where batches wait for a worker."""

    async def add(
        self, batch_id: uuid.UUID, file_name: str, model: ModelVersion, client_id: str | None
    ) -> None:
        """Record a batch with status QUEUED and queue it; both or neither."""

    async def restore(self) -> None:
        """Show batches whose worker died as QUEUED, and queue again what is in no queue."""


class PostgresBackgroundBatches:
    """`BackgroundBatchRepository` on Postgres and pgqueuer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(
        self, batch_id: uuid.UUID, file_name: str, model: ModelVersion, client_id: str | None
    ) -> None:
        with translate_errors():
            async with self._engine.begin() as connection:
                await connection.execute(save_model(model))
                driver = await driver_of(connection)
                await driver.execute(_ADD_BATCH, batch_id, file_name, model.version, client_id)
                await put(driver, batch_id)

    async def restore(self) -> None:
        with translate_errors():
            async with self._engine.connect() as connection:
                rows = list(await connection.execute(text(_LIST_OPEN)))
        for batch_id, status in rows:
            await self._restore_one(batch_id, is_running=status == "RUNNING")

    async def _restore_one(self, batch_id: uuid.UUID, *, is_running: bool) -> None:
        keys = lock_keys(batch_id)
        with translate_errors():
            async with self._engine.begin() as connection:
                driver = await driver_of(connection)
                if is_running:
                    await driver.execute(_SHOW_WAITING, batch_id, keys["space"], keys["key"])
                await put(driver, batch_id)
