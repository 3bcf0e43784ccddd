"""Run any batch to its end, wherever its tracks come from and whether or not a client waits.

Admission decides who runs; here is what happens then, and what each kind of error does to a batch.
"""

import contextlib
import logging
import uuid
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import anyio

from app.batches.pipeline import Checkpoint, ClassifyPipeline, Writer, carry_on
from app.batches.read_options import to_stored
from app.batches.source import ChunkSource
from app.models.classified import to_model_version
from app.models.current import CurrentModel
from app.runtime.threads import ComputeThreads
from app.uploads.spool import SpoolError
from db.batches.errors import AttemptsExhaustedError, BatchEndedError, TransitionError
from db.batches.kind import BatchKind
from db.batches.lifecycle import BatchLifecycle, Hold
from db.batches.queue import Claim
from db.batches.reclassification_writer import ReclassificationWriter
from db.batches.records import BatchRecord, NewBatch, Start
from db.batches.rejects import MAX_REJECTS
from db.batches.status import FailureCode
from db.batches.writer import ChunkWriter
from db.errors import StorageUnavailableError
from db.records import ModelVersion
from ml.errors import CsvError
from ml.model.genre_model import GenreModel
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.track import TrackChunk

SPOOL_DELAY_S = 5.0
"""How long a batch waits when the spool cannot be read."""
CANCELLED = (
    "The client disconnected, or the service was stopped. Rows stored so far are kept; send the "
    "file again."
)
LOST = "The file is not in the spool any more. Send it again."
UNAVAILABLE = "The database was unavailable. Rows stored so far are kept; send the file again."
INTERNAL = "Internal error. Rows stored so far are kept."
INTERNAL_AGAIN = "Internal error, also when tried again. Rows stored so far are kept."
WRITERS: Mapping[BatchKind, Callable[[BatchLifecycle, Hold, ModelVersion, int], Writer]] = {
    BatchKind.UPLOAD: ChunkWriter,
    BatchKind.RECLASSIFY: ReclassificationWriter,
}
logger = logging.getLogger("genre")


class GiveWayError(Exception):
    """Raised at a checkpoint to hand a batch of the queue back between two chunks."""


class RunCancelledError(Exception):
    """Raised at a checkpoint to cancel the batch between two chunks."""


@dataclass(frozen=True, slots=True)
class BatchRunner:
    """Runs batches, each with one model from its first chunk to its last."""

    current: CurrentModel
    lifecycle: BatchLifecycle
    threads: ComputeThreads
    keep_features: bool
    max_rejects: int = MAX_REJECTS
    """How many rejected rows of a batch are stored; the others are only counted."""

    async def run_new(
        self,
        source: ChunkSource,
        file_name: str,
        client_id: str | None = None,
        checkpoint: Checkpoint = carry_on,
        *,
        bytes_total: int | None = None,
        options: ReadOptions = DEFAULTS,
        notify_url: str | None = None,
    ) -> uuid.UUID:
        """Record a batch, run it to its end, and return its id.

        Raises
        ------
        CsvError
            The first chunk cannot be read as tracks; no batch is recorded.
        StorageUnavailableError
            The database is unavailable; a batch that had begun is set FAILED once it is back.
        """
        model = self.current.model
        async with aclosing(source.read()) as chunks:
            # Read before anything is written: a file that is no CSV leaves no trace.
            peeked = _rejoin(await anext(chunks, None), chunks)
            batch = NewBatch(
                uuid.uuid4(),
                file_name,
                to_model_version(model),
                client_id,
                bytes_total,
                read_options=to_stored(options),
                notify_url=notify_url,
            )
            async with self.lifecycle.create(batch) as hold:
                await self._see_through(hold, self._store(hold, model, peeked, checkpoint))
        return batch.id

    async def run_recorded(
        self,
        batch_id: uuid.UUID,
        source: ChunkSource,
        claim: Claim | None = None,
        checkpoint: Checkpoint = carry_on,
    ) -> bool:
        """Run a batch that is QUEUED, or whose worker died; False if it is QUEUED again.

        Raises
        ------
        BatchHeldError
            Another process is running it.
        StorageUnavailableError
            The database is unavailable.
        """
        async with self.lifecycle.hold(batch_id, claim) as hold:
            return await self._see_through(hold, self._resume(hold, source, checkpoint))

    async def _resume(self, hold: Hold, source: ChunkSource, checkpoint: Checkpoint) -> None:
        start = await self.lifecycle.start(hold)
        model = await self._model_for(hold, start)
        start = await self.lifecycle.use_model(hold, to_model_version(model), start)
        if hold.claim is not None:
            logger.info("Batch %s: reading on after %d rows.", hold.batch_id, start.rows_done)
        if hold.kind is BatchKind.RECLASSIFY:
            await self._reclassify(hold, model, source.read(start.resume), checkpoint)
        else:
            await self._store(hold, model, source.read(start.resume), checkpoint)

    async def _model_for(self, hold: Hold, start: Start) -> GenreModel:
        """Return the model of the first rows, if there are any and it is still here.

        A reclassification takes the model in use, and begins again if that was replaced.
        """
        if hold.kind is BatchKind.RECLASSIFY:
            await self.current.refresh()
        elif start.resume is not None and (model := await self.current.find(start.model_version)):
            return model
        return self.current.model

    async def _reclassify(
        self,
        hold: Hold,
        model: GenreModel,
        chunks: AsyncGenerator[TrackChunk, None],
        checkpoint: Checkpoint,
    ) -> None:
        """Classify stored tracks with the model in use; hand back if it is replaced meanwhile."""

        def stop_if_replaced(batch: BatchRecord) -> None:
            checkpoint(batch)
            self._check_in_use(model)

        await self._store(hold, model, chunks, stop_if_replaced)
        await self.current.refresh()
        self._check_in_use(model)

    def _check_in_use(self, model: GenreModel) -> None:
        if self.current.model.version != model.version:
            raise GiveWayError

    async def _store(
        self,
        hold: Hold,
        model: GenreModel,
        chunks: AsyncGenerator[TrackChunk, None],
        checkpoint: Checkpoint,
    ) -> None:
        make_writer = WRITERS[hold.kind]
        writer = make_writer(self.lifecycle, hold, to_model_version(model), self.max_rejects)
        pipeline = ClassifyPipeline(model, self.threads, self.keep_features)
        await pipeline.store_all(chunks, writer, checkpoint)

    async def _see_through(self, hold: Hold, run: Coroutine[Any, Any, None]) -> bool:
        """Run a batch and bring it into the state that the outcome asks for; False if QUEUED."""
        try:
            return await self._run(hold, run)
        except TransitionError as error:
            logger.info("Batch %s was ended by somebody else. %s", hold.batch_id, error)
            return await self.lifecycle.release(hold)

    async def _run(self, hold: Hold, run: Coroutine[Any, Any, None]) -> bool:
        try:
            await run
        except GiveWayError:
            await self.lifecycle.hand_back(hold)
            return False
        except RunCancelledError:
            with contextlib.suppress(BatchEndedError):
                await self.lifecycle.cancel(hold.batch_id)
            return await self.lifecycle.release(hold)
        except SpoolError as error:
            logger.warning("Batch %s waits. %s", hold.batch_id, error)
            await self.lifecycle.hand_back(hold, delay_s=SPOOL_DELAY_S)
            return False
        except FileNotFoundError:
            await self.lifecycle.fail(hold, FailureCode.UPLOAD_LOST, LOST)
        except CsvError as error:
            await self.lifecycle.fail(hold, error.code, str(error))
        except AttemptsExhaustedError as error:
            await self.lifecycle.fail(hold, FailureCode.INTERRUPTED, str(error))
        except TransitionError:
            raise
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True), contextlib.suppress(StorageUnavailableError):
                await self._interrupt(hold)
            raise
        except Exception as error:
            return await self._fail_unexpectedly(hold, error)
        else:
            await self.lifecycle.finish(hold)
        if hold.claim is not None:
            logger.info("Batch %s has ended.", hold.batch_id)
        return True

    async def _interrupt(self, hold: Hold) -> None:
        try:
            if hold.claim is not None:
                await self.lifecycle.hand_back(hold)
            else:
                await self.lifecycle.fail(hold, FailureCode.INTERRUPTED, CANCELLED)
        except TransitionError:  # it had not started yet, or somebody else ended it
            await self.lifecycle.release(hold)

    async def _fail_unexpectedly(self, hold: Hold, error: Exception) -> bool:
        """Retry a queued batch; fail any other batch and notify its client."""
        if hold.claim is None:
            with anyio.CancelScope(shield=True), contextlib.suppress(StorageUnavailableError):
                await self.lifecycle.fail(hold, *_explain(error))
            raise error
        if isinstance(error, StorageUnavailableError):
            raise error  # nothing can be written; the lease runs out
        logger.error("Batch %s failed.", hold.batch_id, exc_info=error)
        return not await self.lifecycle.retry(hold, INTERNAL_AGAIN)


def _explain(error: Exception) -> tuple[FailureCode, str]:
    if isinstance(error, StorageUnavailableError):
        return FailureCode.DATABASE_UNAVAILABLE, UNAVAILABLE
    return FailureCode.INTERNAL, INTERNAL


async def _rejoin(
    first: TrackChunk | None, rest: AsyncGenerator[TrackChunk, None]
) -> AsyncGenerator[TrackChunk, None]:
    if first is not None:
        yield first
        first = None  # a chunk takes megabytes
        async for chunk in rest:
            yield chunk
