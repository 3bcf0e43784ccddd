"""The runner accepts any source of chunks, and each outcome leaves the batch in its state."""

import asyncio
import io
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest
from support.waiting import until
from support.worker_steps import (
    ROWS,
    assert_whole,
    change,
    count,
    find,
    make_many_rows,
    submit,
)

from app.batches.runner import GiveWayError
from app.batches.source import CsvReader, FileSource
from app.service import Service
from db.batches.queue import BatchQueue
from db.batches.records import BatchRecord, ResumePoint
from db.batches.status import BatchStatus, FailureCode
from ml.track import TrackChunk

pytestmark = pytest.mark.asyncio
END = "UPDATE batches SET status = 'FAILED', error_code = 'ELSEWHERE', finished_at = now()"


@pytest.fixture(scope="module")
def many_rows() -> bytes:
    return make_many_rows()


@dataclass
class SteppingSource:
    """A source of chunks other than the service's files, which calls back before the second one."""

    reader: CsvReader
    content: bytes
    before_second: Callable[[], Awaitable[object]]
    starts: list[ResumePoint | None] = field(default_factory=list)

    async def read(self, start: ResumePoint | None = None) -> AsyncGenerator[TrackChunk, None]:
        self.starts.append(start)
        chunks = FileSource(self.reader, io.BytesIO(self.content)).read(start)
        async with aclosing(chunks):
            yield await anext(chunks)
            await self.before_second()
            async for chunk in chunks:
                yield chunk


async def only_batch(service: Service) -> BatchRecord:
    batch_id: uuid.UUID = await count(service, "SELECT id FROM batches")
    return await find(service, batch_id)


async def test_a_batch_goes_on_from_the_resume_point_of_its_source(
    idle_service: Service, many_rows: bytes
) -> None:
    batch_id = await submit(idle_service, many_rows)
    source = SteppingSource(idle_service.reader, many_rows, lambda: asyncio.sleep(0))

    def stop_at_once(batch: BatchRecord) -> None:
        raise GiveWayError

    claim = await BatchQueue(idle_service.engine).take()
    has_ended = await idle_service.runner.run_recorded(batch_id, source, claim, stop_at_once)
    stopped = await find(idle_service, batch_id)
    claim = await BatchQueue(idle_service.engine).take()
    ends_later = await idle_service.runner.run_recorded(batch_id, source, claim)
    idle_service.spool.remove(batch_id)

    assert (has_ended, ends_later) == (False, True)
    assert (stopped.status, 0 < stopped.rows_received < ROWS) == (BatchStatus.QUEUED, True)
    first, second = source.starts
    assert (first, second is not None) == (None, True)
    await assert_whole(idle_service, await find(idle_service, batch_id))


async def test_nothing_is_stored_of_a_batch_that_somebody_else_has_ended(
    idle_service: Service, many_rows: bytes
) -> None:
    async def end_elsewhere() -> None:
        await until(lambda: count(idle_service, "SELECT rows_received FROM batches"))
        await change(idle_service, END)

    source = SteppingSource(idle_service.reader, many_rows, end_elsewhere)
    batch_id = await idle_service.runner.run_new(source, "tracks.csv")

    batch = await find(idle_service, batch_id)
    assert (batch.status, batch.error_code) == (BatchStatus.FAILED, "ELSEWHERE")
    assert 0 < batch.rows_received < ROWS
    assert await count(idle_service, "SELECT count(*) FROM tracks") == batch.rows_stored


async def test_an_unexpected_error_fails_the_batch_and_is_raised_to_the_caller(
    idle_service: Service, many_rows: bytes
) -> None:
    async def fail() -> None:
        raise LookupError("a mistake of ours")

    source = SteppingSource(idle_service.reader, many_rows, fail)
    with pytest.raises(LookupError, match="a mistake of ours"):
        await idle_service.runner.run_new(source, "tracks.csv")

    batch = await only_batch(idle_service)
    assert (batch.status, batch.error_code) == (BatchStatus.FAILED, FailureCode.INTERNAL)
    assert "mistake" not in (batch.error_message or "")


async def test_a_cancelled_run_fails_and_keeps_whole_chunks(
    idle_service: Service, many_rows: bytes
) -> None:
    source = SteppingSource(idle_service.reader, many_rows, lambda: asyncio.sleep(3600))
    task = asyncio.create_task(idle_service.runner.run_new(source, "tracks.csv"))
    await until(lambda: count(idle_service, "SELECT rows_received FROM batches"))

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    batch = await only_batch(idle_service)
    assert task.cancelled()
    assert (batch.status, batch.error_code) == (BatchStatus.FAILED, FailureCode.INTERRUPTED)
    assert await count(idle_service, "SELECT count(*) FROM tracks") == batch.rows_stored > 0
