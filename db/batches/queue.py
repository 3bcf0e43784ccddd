"""The queue of background batches: pgqueuer's statements, run on our own connections.

Its loop is not used (docs/adr/0009-queue.md): so a job is queued with its batch and dropped with
its end in one transaction, and a lost connection costs a try, not the worker.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from pgqueuer.models import Job
from pgqueuer.ports.repository import EntrypointExecutionParameter
from pgqueuer.queries import Queries
from pgqueuer.types import QueueEntrypoint, QueueManagerId
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.batches.kind import BatchKind
from db.engine import driver_of
from db.errors import translate_errors

ENTRYPOINTS = {
    BatchKind.UPLOAD: QueueEntrypoint("classify"),
    BatchKind.RECLASSIFY: QueueEntrypoint("reclassify"),
}
"""Each kind has its own, so that the workers of a release without that kind leave it alone."""
PRIORITIES = {BatchKind.UPLOAD: 0, BatchKind.RECLASSIFY: -1}
"""Uploads go first: someone waits for them."""
QUEUE_CHANNEL = "ch_pgqueuer"
"""Where Postgres tells of new jobs."""
LEASE_S = 8.0
"""A claim that was not kept for so long may be taken by another worker."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A queued batch that this process has taken; unless it is kept, others may take it."""

    batch_id: uuid.UUID
    job: Job

    @property
    def kind(self) -> BatchKind:
        """What the batch classifies."""
        return next(
            kind for kind, entrypoint in ENTRYPOINTS.items() if entrypoint == self.job.entrypoint
        )


class BatchQueue:
    """Hands out batches, each to one worker at a time as long as that worker lives.

    Parameters
    ----------
    kinds
        Which batches are handed out here.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        lease_s: float = LEASE_S,
        kinds: Collection[BatchKind] = tuple(BatchKind),
    ) -> None:
        self._engine = engine
        self._kinds = kinds
        self._lease = timedelta(seconds=lease_s)
        self._worker_id = QueueManagerId(uuid.uuid4())

    async def take(self) -> Claim | None:
        """Take the first batch that waits, or whose worker has let its lease run out."""
        unlimited = EntrypointExecutionParameter(concurrency_limit=0)
        with translate_errors():
            async with self._engine.begin() as connection:
                jobs = await (await queries_on(connection)).dequeue(
                    batch_size=1,
                    entrypoints={ENTRYPOINTS[kind]: unlimited for kind in self._kinds},
                    queue_manager_id=self._worker_id,
                    global_concurrency_limit=None,
                    heartbeat_timeout=self._lease,
                )
        return Claim(uuid.UUID(bytes=jobs[0].payload), jobs[0]) if jobs else None

    async def keep(self, claim: Claim) -> None:
        """Renew the lease from now."""
        with translate_errors():
            async with self._engine.begin() as connection:
                await (await queries_on(connection)).update_heartbeat([claim.job.id])

    async def give_back(self, claim: Claim, *, delay_s: float = 0.0) -> None:
        """Let any worker take the batch after a while."""
        with translate_errors():
            async with self._engine.begin() as connection:
                await give_back(connection, claim, delay_s=delay_s)


async def put(connection: AsyncConnection, batch_id: uuid.UUID, kind: BatchKind) -> None:
    """Queue a batch, in the caller's transaction; one that is queued already stays so."""
    await (await queries_on(connection)).enqueue(
        str(ENTRYPOINTS[kind]),
        batch_id.bytes,
        priority=PRIORITIES[kind],
        dedupe_key=str(batch_id),
        on_conflict="skip",
    )


async def drop(connection: AsyncConnection, claim: Claim | None) -> None:
    """Take a batch out of the queue for good, if it is in it, in the caller's transaction."""
    if claim is not None:
        await (await queries_on(connection)).log_jobs([(claim.job, "successful", None)])


async def give_back(connection: AsyncConnection, claim: Claim, *, delay_s: float) -> None:
    """Let any worker take the batch after a while, in the caller's transaction."""
    queries = await queries_on(connection)
    await queries.retry_job(claim.job, timedelta(seconds=delay_s), None)


async def queries_on(connection: AsyncConnection) -> Queries:
    """Return pgqueuer's statements on a connection of the pool, inside its transaction."""
    return Queries.from_asyncpg_connection(await driver_of(connection))
