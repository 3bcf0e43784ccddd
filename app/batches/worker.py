"""Process queued batches: in the service's own process, or as `genre worker`.

A worker may be killed at any time: what it stored is stored together with the place to go on, and
its lock and its lease end with it. Told to stop, or when an upload waits, it hands back what it has
after the present chunk.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

import anyio
import anyio.to_thread

from app.batches.admission import Admission, Ticket
from app.batches.runner import BatchRunner, GiveWayError
from app.batches.source import ChunkSource, CsvReader, SpooledSource
from app.batches.stored_source import StoredSources
from app.runtime.tasks import running
from app.uploads.originals import Originals
from app.uploads.spool import Spool
from db.batches.errors import BatchHeldError
from db.batches.kind import BatchKind
from db.batches.queue import LEASE_S, QUEUE_CHANNEL, BatchQueue, Claim
from db.batches.read_options import PostgresReadOptions
from db.batches.records import BatchRecord
from db.errors import StorageUnavailableError
from db.notices import Notices

POLL_INTERVAL_S = 2.0
"""How long a job may wait whose notice was lost, or whose worker died."""
HELD_DELAY_S = 5.0
logger = logging.getLogger("genre")


@dataclass(slots=True)
class Worker:
    """Takes batches from the queue, as many at a time as are admitted."""

    runner: BatchRunner
    reader: CsvReader
    spool: Spool
    originals: Originals
    read_options: PostgresReadOptions
    stored: StoredSources
    queue: BatchQueue
    notices: Notices
    admission: Admission
    slots: int
    is_stopping: bool = field(default=False, init=False)

    def stop(self) -> None:
        """Take no more batches, and hand back the present ones after their present chunk."""
        self.is_stopping = True
        self.notices.wake(QUEUE_CHANNEL)

    async def run(self) -> None:
        """Work until `stop` is called and the present chunks are stored."""
        async with anyio.create_task_group() as tasks:
            for _ in range(self.slots):
                tasks.start_soon(self._serve)

    async def _serve(self) -> None:
        with self.notices.watch(QUEUE_CHANNEL) as noticed:
            while not self.is_stopping:
                noticed.clear()
                if not await self._process_next():
                    with anyio.move_on_after(POLL_INTERVAL_S):
                        await noticed.wait()

    async def _process_next(self) -> bool:
        """Process one batch; False if there is none, or if it could not be processed."""
        with self.admission.ticket(is_upload=False) as ticket:
            try:
                is_free = await ticket.wait() and not self.is_stopping
                claim = await self.queue.take() if is_free else None
                if claim is not None:
                    async with running(self._renew(claim)):
                        await self._process(claim, ticket)
                return claim is not None
            except StorageUnavailableError as error:
                logger.warning("The worker cannot go on (%s); trying again soon.", error)
            except Exception:
                logger.exception("A batch could not be processed; it will be tried again.")
        return False

    async def _process(self, claim: Claim, ticket: Ticket) -> None:
        source = self._source_of(claim)
        checkpoint = partial(self._give_way_if_asked, ticket)
        try:
            has_ended = await self.runner.run_recorded(claim.batch_id, source, claim, checkpoint)
        except BatchHeldError:
            logger.info("Batch %s is still being read by another worker.", claim.batch_id)
            await self.queue.give_back(claim, delay_s=HELD_DELAY_S)
            return
        if has_ended and claim.kind is BatchKind.UPLOAD:
            await self.originals.keep_spooled(claim.batch_id)

    def _source_of(self, claim: Claim) -> ChunkSource:
        if claim.kind is BatchKind.RECLASSIFY:
            return self.stored.source_of(claim.batch_id)
        return SpooledSource(self.reader, self.spool, self.read_options, claim.batch_id)

    def _give_way_if_asked(self, ticket: Ticket, batch: BatchRecord) -> None:
        if self.is_stopping or self.admission.should_give_way(ticket):
            raise GiveWayError

    async def _renew(self, claim: Claim) -> None:
        """Renew the lease of a claim until cancelled."""
        while True:
            await asyncio.sleep(LEASE_S / 4)
            try:
                await self.queue.keep(claim)
            except StorageUnavailableError:
                logger.warning("The lease of batch %s could not be renewed.", claim.batch_id)


@contextlib.asynccontextmanager
async def working(worker: Worker, *, timeout_s: float) -> AsyncIterator[asyncio.Task[None]]:
    """Run a worker during the block, and give it some time for its present chunks at the end."""
    async with running(worker.run()) as task:
        try:
            yield task
        finally:
            worker.stop()
            await asyncio.wait({task}, timeout=timeout_s)
            # What it still has is handed back when it is cancelled, or its lease runs out.
