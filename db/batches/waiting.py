"""Batches whose client waits for the answer, while they wait for their turn."""

import uuid
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.batches.locks import BatchLocks
from db.errors import translate_errors
from db.model_versions import save_model
from db.records import ModelVersion

_ADD = text("""
INSERT INTO batches (id, file_name, status, model_version, client_id)
VALUES (:id, :file_name, 'QUEUED', :model, :client_id)
""")
# A batch that was taken for abandoned, or removed since, is not QUEUED any more: it stays so.
_BEGIN = text("""
UPDATE batches SET status = 'RUNNING', model_version = :model
WHERE id = :id AND status = 'QUEUED'
""")
_FAIL = text("""
UPDATE batches SET status = 'FAILED', error_code = :code, error_message = :message,
    finished_at = now()
WHERE id = :id AND status = 'QUEUED'
""")


@dataclass(frozen=True, slots=True)
class WaitingBatches:
    """Records how batches wait; their locks must be held all the while."""

    engine: AsyncEngine
    locks: BatchLocks

    async def add(
        self, batch_id: uuid.UUID, file_name: str, model: ModelVersion, client_id: str | None
    ) -> None:
        """Record a new batch with status QUEUED."""
        values = {"id": batch_id, "file_name": file_name, "client_id": client_id}
        with translate_errors():
            async with self.engine.begin() as connection:
                await connection.execute(save_model(model))
                await connection.execute(_ADD, {**values, "model": model.version})

    async def begin(self, batch_id: uuid.UUID, model: ModelVersion) -> bool:
        """Set status RUNNING; False if the batch does not wait any more, and must not run."""
        with translate_errors():
            async with self.engine.begin() as connection:
                await connection.execute(save_model(model))
                values = {"id": batch_id, "model": model.version}
                return bool((await connection.execute(_BEGIN, values)).rowcount)

    async def fail(self, batch_id: uuid.UUID, code: str, message: str) -> None:
        """Set status FAILED, if the batch waits still."""
        with translate_errors():
            async with self.engine.begin() as connection:
                values = {"id": batch_id, "code": code, "message": message}
                await connection.execute(_FAIL, values)
