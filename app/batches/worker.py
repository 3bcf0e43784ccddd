"""Work off queued batches: in the service's own process, or as `genre worker`.

A worker may be killed at any time: what it stored is stored together with the place to go on, and
its lock and its lease end with it. Told to stop, or wanted by an upload that waits, it gives back
what it has after the present chunk.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

import anyio
import anyio.to_thread

from app.batches.admission import Place, Turns
from app.batches.background import BackgroundBatches
from app.batches.pipeline import BatchPipeline
from app.uploads.spool import SpoolError
from db.batches.background_writer import BackgroundWriter, Start, open_background_writer
from db.batches.queue import LEASE_S, QUEUE_CHANNEL, BatchQueue, Claim
from db.errors import StorageUnavailableError
from db.notices import Notices
from ml.errors import CsvError

POLL_INTERVAL_S = 2.0
"""How long a job may wait whose notice was lost, or whose worker died."""
BUSY_DELAY_S = 5.0
logger = logging.getLogger("genre")


class BatchGivenBackError(Exception):
    """The worker gives its batch back, between two chunks."""


@dataclass(slots=True)
class Worker:
    """Takes batches from the queue, as many at a time as it gets turns."""

    background: BackgroundBatches
    queue: BatchQueue
    notices: Notices
    turns: Turns
    slots: int
    max_attempts: int
    is_stopping: bool = field(default=False, init=False)

    def stop(self) -> None:
        """Take no more batches, and give back the present ones after their present chunk."""
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
                if not await self._take_and_work():
                    with anyio.move_on_after(POLL_INTERVAL_S):
                        await noticed.wait()

    async def _take_and_work(self) -> bool:
        """Work on one batch; False if there is none, or if it could not be worked on."""
        with self.turns.place(is_upload=False) as place:
            try:
                can_work = await place.wait() and not self.is_stopping
                claim = await self.queue.take() if can_work else None
                if claim is not None:
                    async with self._keeping(claim):
                        await self._work(claim, place)
                return claim is not None
            except StorageUnavailableError as error:
                logger.warning("The worker cannot go on (%s); trying again soon.", error)
            except Exception:
                logger.exception("A batch could not be worked on; another try will follow.")
        return False

    async def _work(self, claim: Claim, place: Place) -> None:
        engine = self.background.pipelines.current.engine
        async with open_background_writer(engine, claim, max_attempts=self.max_attempts) as writer:
            if writer is None:
                logger.info("Batch %s is still being read by another worker.", claim.batch_id)
                await self.queue.give_back(claim, delay_s=BUSY_DELAY_S)
                return
            start = await writer.begin()
            has_ended = start is None or await self._read(writer, claim, start, place)
        if has_ended:
            await anyio.to_thread.run_sync(self.background.spool.remove, claim.batch_id)

    async def _read(
        self, writer: BackgroundWriter, claim: Claim, start: Start, place: Place
    ) -> bool:
        """Read the file to its end, if nothing comes between; False if the batch waits again."""
        logger.info("Batch %s: reading on after %d rows.", claim.batch_id, start.rows_done)
        try:
            await self._store(writer, claim, start, place)
        except BatchGivenBackError:
            await writer.wait_again()
            return False
        except CsvError as error:
            await writer.fail(error.code, str(error))
        except FileNotFoundError:
            await writer.fail(
                "UPLOAD_LOST", "The file is not in the spool any more. Send it again."
            )
        except SpoolError as error:
            logger.warning("Batch %s waits. %s", claim.batch_id, error)
            await writer.wait_again(delay_s=BUSY_DELAY_S)
            return False
        except StorageUnavailableError:
            raise  # nothing can be written; the lease runs out
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await writer.wait_again()
            raise
        except Exception:
            logger.exception("Batch %s failed.", claim.batch_id)
            message = "Internal error, again after some tries; what was stored stays."
            return not await writer.retry("INTERNAL", message)
        else:
            await writer.finish()
        logger.info("Batch %s has ended.", claim.batch_id)
        return True

    async def _store(
        self, writer: BackgroundWriter, claim: Claim, start: Start, place: Place
    ) -> None:
        pipeline = await self._pipeline_for(start)
        start = await writer.use_model(pipeline.model, start)
        file = await anyio.to_thread.run_sync(self.background.spool.open, claim.batch_id)
        with file:
            chunks = pipeline.read(file, start.resume)
            await pipeline.store_all(writer, chunks, partial(self._give_back_if_asked, place))

    async def _pipeline_for(self, start: Start) -> BatchPipeline:
        """Go on with the model that the batch began with, if there are rows and it is here."""
        pipelines = self.background.pipelines
        if start.resume is None:
            return pipelines.current
        return await pipelines.find(start.model_version) or pipelines.current

    def _give_back_if_asked(self, place: Place, rows: int, size: int) -> None:
        if self.is_stopping or self.turns.gives_way(place):
            raise BatchGivenBackError

    @contextlib.asynccontextmanager
    async def _keeping(self, claim: Claim) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep(claim))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 4)
            try:
                await self.queue.keep(claim)
            except StorageUnavailableError:
                logger.warning("The lease of batch %s could not be renewed.", claim.batch_id)


@contextlib.asynccontextmanager
async def working(worker: Worker, *, timeout_s: float) -> AsyncIterator[asyncio.Task[None]]:
    """Have a worker work during the block; then it has some time for its present chunks."""
    task = asyncio.create_task(worker.run())
    try:
        yield task
    finally:
        worker.stop()
        await asyncio.wait({task}, timeout=timeout_s)
        task.cancel()  # what it had is given back, or its lease runs out
        await asyncio.gather(task, return_exceptions=True)
