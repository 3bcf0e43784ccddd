"""Admission: who is next, and when a queued batch yields to an upload."""

import asyncio
import io
import uuid
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace

import anyio
import pytest
from support.waiting import until

from app.batches.admission import Admission
from app.batches.errors import UploadRefusedError
from app.batches.intake import UploadIntake
from app.batches.worker import working
from app.service import Service
from db.batches.queue import BatchQueue
from db.batches.records import BatchRecord
from ml.sampling.generator import write_sample_csv

pytestmark = pytest.mark.asyncio
ROWS = 2000


@pytest.fixture(scope="module")
def long_file() -> bytes:
    """Make a file of about sixty chunks."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=ROWS, seed=5)
    return stream.getvalue().encode()


async def test_tickets_are_admitted_in_the_order_of_coming() -> None:
    admission = Admission(2, max_waiting=10)
    with ExitStack() as running, ExitStack() as waiting:
        first, second = (running.enter_context(admission.ticket(is_upload=True)) for _ in range(2))
        third, worker, fifth = (
            waiting.enter_context(admission.ticket(is_upload=is_upload))
            for is_upload in (True, False, True)
        )
        before = [ticket.is_admitted for ticket in (first, second, third, worker, fifth)]
        running.close()
        after = [ticket.is_admitted for ticket in (third, worker, fifth)]

    assert before == [True, True, False, False, False]
    assert after == [True, True, False]
    with admission.ticket(is_upload=True) as one, admission.ticket(is_upload=True) as other:
        assert one.is_admitted
        assert other.is_admitted


async def test_a_ticket_that_was_dismissed_is_never_admitted() -> None:
    admission = Admission(1, max_waiting=10)
    with ExitStack() as running:
        running.enter_context(admission.ticket(is_upload=True))
        with admission.ticket(is_upload=True) as impatient:
            admission.dismiss(impatient, "gone")
            running.close()

    assert (await impatient.wait(), impatient.dismissal) == (False, "gone")
    with admission.ticket(is_upload=True) as next_one:
        assert next_one.is_admitted


async def test_a_ticket_that_is_cancelled_when_just_admitted_makes_room_again() -> None:
    admission = Admission(1, max_waiting=10)

    async def wait() -> None:
        with admission.ticket(is_upload=True) as ticket:
            await ticket.wait()

    with admission.ticket(is_upload=True):
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        assert admission.waiting_uploads == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    with admission.ticket(is_upload=True) as next_one:
        assert next_one.is_admitted


async def test_only_so_many_uploads_wait_and_workers_do_not_count() -> None:
    admission = Admission(1, max_waiting=1)
    with (
        admission.ticket(is_upload=True),
        admission.ticket(is_upload=False),
        admission.ticket(is_upload=True),
        pytest.raises(UploadRefusedError, match="1 uploads are waiting"),
        admission.ticket(is_upload=True),
    ):
        pass


async def test_as_many_give_way_as_uploads_wait() -> None:
    admission = Admission(2, max_waiting=10)
    with admission.ticket(is_upload=False) as one, admission.ticket(is_upload=False) as other:
        assert not admission.should_give_way(one)
        with admission.ticket(is_upload=False):
            assert not admission.should_give_way(one), "another worker is no upload"
            with admission.ticket(is_upload=True):
                assert [admission.should_give_way(ticket) for ticket in (one, other, one)] == [
                    True,
                    False,
                    True,
                ]


async def test_a_queued_batch_yields_to_an_upload_and_resumes_after_it(
    idle_service: Service, sample: bytes, long_file: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "genre"):
        async with at_work(idle_service) as intake:
            batch_id = await submit(idle_service, long_file)
            await until(lambda: has_rows(idle_service, batch_id))
            upload = await intake.run(io.BytesIO(sample), "sample.csv", None)
            await until(lambda: has_ended(idle_service, batch_id))
    behind = await find(idle_service, batch_id)

    assert (upload.status, behind.status) == ("DONE", "DONE")
    assert upload.finished_at is not None
    assert behind.finished_at is not None
    assert behind.started_at < upload.started_at < upload.finished_at < behind.finished_at
    assert (behind.rows_received, behind.rows_stored) == (ROWS, ROWS)
    assert caplog.text.count("reading on after") >= 2


async def test_a_queued_batch_goes_on_although_uploads_keep_coming(
    idle_service: Service, sample: bytes, long_file: bytes
) -> None:
    content = b"".join(long_file.splitlines(keepends=True)[:300])
    async with at_work(idle_service) as intake:
        batch_id = await submit(idle_service, content)

        async def upload_until_it_has_ended() -> None:
            while not await has_ended(idle_service, batch_id):
                await intake.run(io.BytesIO(sample), "sample.csv", None)

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for _ in range(3):
                    tasks.start_soon(upload_until_it_has_ended)

    assert (await find(idle_service, batch_id)).status == "DONE"


@asynccontextmanager
async def at_work(service: Service) -> AsyncIterator[UploadIntake]:
    """Run a worker and uploads that share one slot."""
    admission = Admission(1, max_waiting=10)
    worker = replace(service.worker, queue=BatchQueue(service.engine), admission=admission, slots=1)
    async with working(worker, timeout_s=10):
        yield replace(service.intake, admission=admission)


async def submit(service: Service, content: bytes) -> uuid.UUID:
    """Queue a file."""
    return (await service.intake.enqueue(io.BytesIO(content), "tracks.csv", None)).id


async def find(service: Service, batch_id: uuid.UUID) -> BatchRecord:
    """Return a batch."""
    return (await service.batches.find_batches([batch_id]))[batch_id]


async def has_rows(service: Service, batch_id: uuid.UUID) -> bool:
    """Tell whether the first chunk is stored."""
    return (await find(service, batch_id)).rows_received > 0


async def has_ended(service: Service, batch_id: uuid.UUID) -> bool:
    """Tell whether the batch is done or failed."""
    return (await find(service, batch_id)).status in ("DONE", "FAILED")
