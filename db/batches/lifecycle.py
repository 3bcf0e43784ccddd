"""The life of a batch in Postgres, from its creation to its end.

Every method but `advance` is one transaction. What a batch may do is data in `db.batches.status`.
"""

import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import col

from db.batches.detected import stored_detected
from db.batches.errors import (
    AttemptsExhaustedError,
    BatchEndedError,
    BatchHeldError,
    TransitionError,
)
from db.batches.kind import BatchKind
from db.batches.locks import lock_batch
from db.batches.queue import Claim, drop, give_back, put
from db.batches.rate import begin_measuring, measure
from db.batches.records import BatchRecord, ChunkCounts, NewBatch, ResumePoint, Start
from db.batches.recovery import recover_batches
from db.batches.repository import to_record
from db.batches.status import OPEN, BatchStatus, FailureCode, Transition
from db.batches.transitions import fail_batch, insert_batch, move_batch
from db.errors import translate_errors
from db.model_versions import save_model
from db.models import BatchGenreRow, BatchRow, OmittedRejectsRow, RejectRow
from db.records import ModelVersion
from db.time_limits import begin_bulk


@dataclass(frozen=True, slots=True)
class Hold:
    """A batch whose lock this process holds, on the connection that it writes on."""

    batch_id: uuid.UUID
    connection: AsyncConnection
    claim: Claim | None = None
    """Its place in the queue. Without one, only this process has the file and can go on."""

    @property
    def kind(self) -> BatchKind:
        """What it classifies; only uploads run without the queue."""
        return self.claim.kind if self.claim else BatchKind.UPLOAD


class BatchLifecycle:
    """Creates, starts, advances, finishes, fails, cancels and recovers batches.

    Parameters
    ----------
    max_attempts
        How often a batch in the queue is tried at the same place of its file.
    """

    def __init__(self, engine: AsyncEngine, *, max_attempts: int) -> None:
        self._engine = engine
        self._max_attempts = max_attempts

    async def enqueue(self, batch: NewBatch) -> None:
        """Record a batch as QUEUED and put it in the queue of the workers; both or neither."""
        async with self._transaction() as connection:
            await insert_batch(connection, batch, BatchStatus.QUEUED, is_background=True)
            await put(connection, batch.id, batch.kind)

    async def wait(self, batch: NewBatch) -> None:
        """Record a batch as QUEUED whose client waits; its lock must be held."""
        async with self._transaction() as connection:
            await insert_batch(connection, batch, BatchStatus.QUEUED)

    async def stop_waiting(self, batch_id: uuid.UUID, message: str) -> None:
        """Set a batch whose client waited FAILED, unless it has ended already."""
        with contextlib.suppress(TransitionError):
            async with self._transaction() as connection:
                await fail_batch(connection, batch_id, FailureCode.INTERRUPTED, message)

    @contextlib.asynccontextmanager
    async def hold(self, batch_id: uuid.UUID, claim: Claim | None = None) -> AsyncIterator[Hold]:
        """Take a connection and the lock of a batch for as long as it runs.

        Raises
        ------
        BatchHeldError
            Another process is running it.
        """
        async with lock_batch(self._engine, batch_id, shared=claim is None) as connection:
            if connection is None:
                raise BatchHeldError(batch_id)
            yield Hold(batch_id, connection, claim)

    @contextlib.asynccontextmanager
    async def create(self, batch: NewBatch) -> AsyncIterator[Hold]:
        """Record a batch that runs at once, as RUNNING, and hold it during the block."""
        async with self.hold(batch.id) as hold:
            async with self._transaction(hold) as connection:
                await begin_bulk(connection)
                await insert_batch(connection, batch, BatchStatus.RUNNING)
            yield hold

    async def start(self, hold: Hold) -> Start:
        """Set a recorded batch RUNNING and say where to begin.

        Raises
        ------
        TransitionError
            It has ended or was removed.
        AttemptsExhaustedError
            It was tried too often at the same place of its file.
        """
        async with self._transaction(hold) as connection:
            found = await move_batch(
                connection,
                hold.batch_id,
                Transition.START,
                attempts=col(BatchRow.attempts) + 1,
                **begin_measuring(),
            )
            if hold.claim is not None and found.attempts > self._max_attempts:
                raise AttemptsExhaustedError(found.attempts - 1)
        point = None
        if found.resume_byte is not None:
            point = ResumePoint(found.resume_byte, found.resume_line, found.bytes_read)
        return Start(found.model_version, found.rows_received, point)

    async def use_model(self, hold: Hold, model: ModelVersion, start: Start) -> Start:
        """Go on with `model`; rows that another one classified are read and counted again."""
        if model.version == start.model_version:
            return start
        async with self._transaction(hold) as connection:
            await connection.execute(save_model(model))
            for table in (BatchGenreRow, RejectRow, OmittedRejectsRow):
                await connection.execute(delete(table).where(col(table.batch_id) == hold.batch_id))
            await move_batch(
                connection,
                hold.batch_id,
                Transition.ADVANCE,
                model_version=model.version,
                rows_received=0,
                rows_rejected=0,
                rows_stored=0,
                rows_total=None,
                bytes_read=0,
                resume_byte=None,
                resume_line=None,
            )
        return Start(model.version)

    async def advance(self, hold: Hold, counts: ChunkCounts, end: ResumePoint) -> BatchRecord:
        """Count a chunk, in the transaction that stores it; tries are counted from here again.

        The last byte counts as read when the batch is DONE.

        Raises
        ------
        TransitionError
            Somebody has ended the batch: the chunk must not be stored.
        """
        row = await move_batch(
            hold.connection,
            hold.batch_id,
            Transition.ADVANCE,
            rows_received=col(BatchRow.rows_received) + counts.stored + counts.rejected,
            rows_rejected=col(BatchRow.rows_rejected) + counts.rejected,
            rows_stored=col(BatchRow.rows_stored) + counts.stored,
            resume_byte=end.byte,
            resume_line=end.line,
            bytes_read=func.least(end.bytes_read, col(BatchRow.bytes_total) - 1),
            attempts=0,
            **measure(counts.stored + counts.rejected),
            **({"detected": stored_detected(end.detected)} if end.detected else {}),
        )
        return to_record(row)

    async def hand_back(self, hold: Hold, *, delay_s: float = 0.0) -> None:
        """Set a batch QUEUED, for any worker to go on at once or later; not counted as a try."""
        attempts = func.greatest(col(BatchRow.attempts) - 1, 0)
        async with self._transaction(hold) as connection:
            await move_batch(connection, hold.batch_id, Transition.HAND_BACK, attempts=attempts)
            await give_back(connection, _claim_of(hold), delay_s=delay_s)

    async def retry(self, hold: Hold, message: str) -> bool:
        """Set a batch QUEUED for another try; FAILED after the last try, which is False.

        The wait doubles with each try.
        """
        async with self._transaction(hold) as connection:
            found = await move_batch(connection, hold.batch_id, Transition.HAND_BACK)
            is_last = found.attempts >= self._max_attempts
            if is_last:
                await fail_batch(connection, hold.batch_id, FailureCode.INTERNAL, message)
                await drop(connection, hold.claim)
            else:
                await give_back(connection, _claim_of(hold), delay_s=2.0**found.attempts)
        return not is_last

    async def finish(self, hold: Hold) -> None:
        """Set a batch DONE."""
        async with self._transaction(hold) as connection:
            await move_batch(
                connection,
                hold.batch_id,
                Transition.FINISH,
                finished_at=func.now(),
                bytes_read=func.coalesce(col(BatchRow.bytes_total), col(BatchRow.bytes_read)),
            )
            await drop(connection, hold.claim)

    async def fail(self, hold: Hold, code: str, message: str) -> None:
        """Set a batch FAILED; what was stored stays."""
        async with self._transaction(hold) as connection:
            await fail_batch(connection, hold.batch_id, code, message)
            await drop(connection, hold.claim)

    async def cancel(self, batch_id: uuid.UUID) -> BatchRecord | None:
        """Set a batch CANCELLED, whoever runs it; what was stored stays. None if there is none.

        Its job may stay in the queue: the worker that takes it drops it.

        Raises
        ------
        BatchEndedError
            It has ended already.
        """
        async with self._transaction() as connection:
            try:
                row = await move_batch(
                    connection, batch_id, Transition.CANCEL, finished_at=func.now()
                )
            except TransitionError:
                this = col(BatchRow.id) == batch_id, col(BatchRow.removed_at).is_(None)
                status = await connection.scalar(select(col(BatchRow.status)).where(*this))
                if status is None:
                    return None
                raise BatchEndedError(BatchStatus(status)) from None
        return to_record(row)

    async def release(self, hold: Hold) -> bool:
        """Let go of a batch that is not RUNNING: out of the queue if it has ended or was removed.

        False if it is QUEUED still, for any worker to start.
        """
        async with self._transaction(hold) as connection:
            status = await connection.scalar(
                select(col(BatchRow.status)).where(col(BatchRow.id) == hold.batch_id)
            )
            is_open = status in OPEN
            if not is_open:
                await drop(connection, hold.claim)
            elif hold.claim is not None:
                await give_back(connection, hold.claim, delay_s=0.0)
        return not is_open

    async def recover(self) -> int:
        """Deal with the batches of dead processes; return how many of them have FAILED.

        Those in the queue are QUEUED for another worker; nobody else has the file of the others.
        """
        return await recover_batches(self._transaction)

    @contextlib.asynccontextmanager
    async def _transaction(self, hold: Hold | None = None) -> AsyncIterator[AsyncConnection]:
        with translate_errors():
            if hold is not None:
                async with hold.connection.begin():
                    yield hold.connection
            else:
                async with self._engine.begin() as connection:
                    yield connection


def _claim_of(hold: Hold) -> Claim:
    assert hold.claim is not None, "only a batch in the queue can be handed back"
    return hold.claim
