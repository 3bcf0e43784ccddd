"""Write a batch that was queued: go on where the last worker stopped, give up after some tries."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.batches.queue import Claim, driver_of, drop, give_back
from db.batches.repository import INTERRUPTED
from db.batches.writer import PostgresBatchWriter, lock_batch
from db.errors import translate_errors
from db.model_versions import save_model
from db.records import ModelVersion, ResumePoint

_LOOK = """
SELECT status, attempts, model_version, rows_received, resume_byte, resume_line
FROM batches WHERE id = $1 FOR UPDATE
"""
_BEGIN = """
UPDATE batches SET status = 'RUNNING', attempts = attempts + 1 WHERE id = $1
"""
# What the other model has stored is written again, line by line, by the same statement that
# stores a chunk twice.
_RESTART = (
    "DELETE FROM batch_genres WHERE batch_id = $1",
    "DELETE FROM batch_rejects WHERE batch_id = $1",
)
_RESET = """
UPDATE batches SET model_version = $2, rows_received = 0, rows_rejected = 0, rows_stored = 0,
    resume_byte = NULL, resume_line = NULL
WHERE id = $1
"""
_WAIT_AGAIN = """
UPDATE batches SET status = 'QUEUED', attempts = greatest(attempts - $2, 0) WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin, and the model that the rows before were classified with.

    Without `resume`, at the first row.
    """

    model_version: str
    rows_done: int
    resume: ResumePoint | None


class BackgroundWriter(PostgresBatchWriter):
    """`BatchWriter` that takes a batch out of the queue in the transaction that ends it."""

    def __init__(self, connection: AsyncConnection, claim: Claim, *, max_attempts: int) -> None:
        super().__init__(connection, claim.batch_id, ModelVersion("", ()))
        self._claim = claim
        self._max_attempts = max_attempts

    async def begin(self) -> Start | None:
        """Set status RUNNING and tell where to go on; None if there is nothing to do (any more).

        A batch that was tried too often at the same place of its file is set FAILED.
        """
        with translate_errors():
            async with self._connection.begin():
                driver = await driver_of(self._connection)
                found = await driver.fetchrow(_LOOK, self._batch_id)
                if found is None or found["status"] in ("DONE", "FAILED"):
                    await drop(driver, self._claim)
                    return None
                if found["attempts"] < self._max_attempts:
                    await driver.execute(_BEGIN, self._batch_id)
                    return _start(found)
        await self.fail(INTERRUPTED, self._given_up(found["attempts"]))
        return None

    async def use_model(self, model: ModelVersion, start: Start) -> Start:
        """Write with `model`; what another has stored is counted no more and written again."""
        self._model = model
        if model.version == start.model_version:
            return start
        with translate_errors():
            async with self._connection.begin():
                await self._connection.execute(save_model(model))
                driver = await driver_of(self._connection)
                for statement in _RESTART:
                    await driver.execute(statement, self._batch_id)
                await driver.execute(_RESET, self._batch_id, model.version)
        return Start(model.version, 0, None)

    async def wait_again(self, *, delay_s: float = 0.0) -> None:
        """Set status QUEUED for any worker to go on, at once or later; this try does not count."""
        await self._requeue(uncounted=1, delay_s=delay_s)

    async def retry(self, code: str, message: str) -> bool:
        """Set status QUEUED for another try after a while; FAILED after the last, which is False.

        The wait doubles with each try.
        """
        with translate_errors():
            async with self._connection.begin():
                driver = await driver_of(self._connection)
                found = await driver.fetchrow(_LOOK, self._batch_id)
        attempts = found["attempts"] if found else self._max_attempts
        if attempts >= self._max_attempts:
            await self.fail(code, message)
            return False
        await self._requeue(uncounted=0, delay_s=2.0**attempts)
        return True

    async def _requeue(self, *, uncounted: int, delay_s: float) -> None:
        with translate_errors():
            async with self._connection.begin():
                driver = await driver_of(self._connection)
                await driver.execute(_WAIT_AGAIN, self._batch_id, uncounted)
                await give_back(driver, self._claim, delay_s=delay_s)

    def _given_up(self, attempts: int) -> str:
        return (
            f"The worker was interrupted {attempts} times at the same place of this file. "
            "What was stored stays; send the file again."
        )

    async def _close(self, driver: Any) -> None:
        await drop(driver, self._claim)


@contextlib.asynccontextmanager
async def open_background_writer(
    engine: AsyncEngine, claim: Claim, *, max_attempts: int
) -> AsyncIterator[BackgroundWriter | None]:
    """Take a connection and the lock of a queued batch; None if another worker has it."""
    async with lock_batch(engine, claim.batch_id) as connection:
        if connection is None:
            yield None
        else:
            yield BackgroundWriter(connection, claim, max_attempts=max_attempts)


def _start(found: Any) -> Start:
    point = None
    if found["resume_byte"] is not None:
        point = ResumePoint(found["resume_byte"], found["resume_line"])
    return Start(found["model_version"], found["rows_received"], point)
