"""A lifecycle of batches on an empty database: bring a batch into any state, and look at it."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.batches.errors import BatchEndedError, TransitionError
from db.batches.lifecycle import BatchLifecycle, Hold
from db.batches.queue import BatchQueue
from db.batches.records import BatchRecord, ChunkCounts, NewBatch, ResumePoint
from db.batches.removal import BatchRemovals
from db.batches.status import BatchStatus, FailureCode, Transition
from db.records import ModelVersion

MODEL = ModelVersion("one", ("folk", "metal"))
TABLES = "batches, batch_rejects, batch_genres, model_versions, pgqueuer"
QUEUED, RUNNING, DONE, FAILED, CANCELLED = BatchStatus
MAX_ATTEMPTS = 3

Act = Callable[[BatchLifecycle, Hold], Awaitable[Any]]


async def advance(lifecycle: BatchLifecycle, hold: Hold) -> None:
    async with hold.connection.begin():
        await lifecycle.advance(hold, ChunkCounts(stored=4, rejected=1), ResumePoint(100, 6))


async def cancel(lifecycle: BatchLifecycle, hold: Hold) -> None:
    """Cancel a batch as anybody may, then let go of it as its worker does when it notices."""
    found = None
    with contextlib.suppress(BatchEndedError):
        found = await lifecycle.cancel(hold.batch_id)
    if found is None:
        raise TransitionError(hold.batch_id, Transition.CANCEL)
    await lifecycle.release(hold)


ACTS: dict[Transition, Act] = {
    Transition.START: lambda lifecycle, hold: lifecycle.start(hold),
    Transition.ADVANCE: advance,
    Transition.HAND_BACK: lambda lifecycle, hold: lifecycle.hand_back(hold),
    Transition.FINISH: lambda lifecycle, hold: lifecycle.finish(hold),
    Transition.FAIL: lambda lifecycle, hold: lifecycle.fail(hold, FailureCode.INTERNAL, "why"),
    Transition.CANCEL: cancel,
}
PATHS: dict[BatchStatus, tuple[Transition, ...]] = {
    QUEUED: (),
    RUNNING: (Transition.START,),
    DONE: (Transition.START, Transition.FINISH),
    FAILED: (Transition.START, Transition.FAIL),
    CANCELLED: (Transition.START, Transition.CANCEL),
}
"""How a queued batch gets into each state."""


@dataclass(frozen=True)
class Site:
    """A lifecycle on an empty database, and what the tests look at."""

    engine: AsyncEngine
    lifecycle: BatchLifecycle

    async def remove(self, batch_id: uuid.UUID) -> BatchRecord | None:
        return await BatchRemovals(self.engine).remove(batch_id)

    async def enqueue(self) -> uuid.UUID:
        batch = NewBatch(uuid.uuid4(), "tracks.csv", MODEL, "client")
        await self.lifecycle.enqueue(batch)
        return batch.id

    @asynccontextmanager
    async def worker(self, batch_id: uuid.UUID) -> AsyncIterator[Hold]:
        """Hold a batch like a worker that has taken it from the queue."""
        claim = await BatchQueue(self.engine).take()
        assert claim is not None
        async with self.lifecycle.hold(batch_id, claim) as hold:
            yield hold

    @asynccontextmanager
    async def batch_in(self, status: BatchStatus) -> AsyncIterator[Hold]:
        """Bring a batch into a state, by allowed transitions only."""
        batch_id = await self.enqueue()
        async with self.worker(batch_id) as hold:
            for transition in PATHS[status]:
                await ACTS[transition](self.lifecycle, hold)
            yield hold

    async def row(self, batch_id: uuid.UUID) -> dict[str, Any]:
        async with self.engine.connect() as connection:
            found = await connection.execute(
                text("SELECT * FROM batches WHERE id = :id"), {"id": batch_id}
            )
            return dict(found.mappings().one())

    async def status(self, batch_id: uuid.UUID) -> str:
        return str((await self.row(batch_id))["status"])

    async def scalar(self, statement: str) -> Any:
        async with self.engine.connect() as connection:
            return await connection.scalar(text(statement))

    async def jobs(self) -> int:
        return int(await self.scalar("SELECT count(*) FROM pgqueuer"))
