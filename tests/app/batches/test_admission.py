"""The line: who is next, and when a batch in the background gives its turn to an upload."""

import asyncio
import io
import uuid
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace

import anyio
import pytest
from support.waiting import until

from app.batches.admission import Turns
from app.batches.direct import DirectBatches
from app.batches.worker import working
from app.service import Service
from db.batches.queue import BatchQueue
from db.records import BatchRecord
from ml.sampling.generator import write_sample_csv
from schema.core.context import UploadRefusedError

pytestmark = pytest.mark.asyncio
ROWS = 2000


@pytest.fixture(scope="module")
def long_file() -> bytes:
    """Make a file of some sixty chunks."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=ROWS, seed=5)
    return stream.getvalue().encode()


async def test_turns_are_given_in_the_order_of_coming() -> None:
    turns = Turns(2, max_waiting=10)
    with ExitStack() as running, ExitStack() as waiting:
        first, second = (running.enter_context(turns.place(is_upload=True)) for _ in range(2))
        third, worker, fifth = (
            waiting.enter_context(turns.place(is_upload=is_upload))
            for is_upload in (True, False, True)
        )
        before = [place.has_turn for place in (first, second, third, worker, fifth)]
        running.close()
        after = [place.has_turn for place in (third, worker, fifth)]

    assert before == [True, True, False, False, False]
    assert after == [True, True, False]
    with turns.place(is_upload=True) as one, turns.place(is_upload=True) as other:
        assert one.has_turn
        assert other.has_turn


async def test_a_place_that_is_left_is_given_to_nobody() -> None:
    turns = Turns(1, max_waiting=10)
    with ExitStack() as running:
        running.enter_context(turns.place(is_upload=True))
        with turns.place(is_upload=True) as impatient:
            turns.dismiss(impatient, "gone")
            running.close()

    assert (await impatient.wait(), impatient.dismissal) == (False, "gone")
    with turns.place(is_upload=True) as next_one:
        assert next_one.has_turn


async def test_who_is_cancelled_with_a_turn_just_given_hands_it_on() -> None:
    turns = Turns(1, max_waiting=10)

    async def wait() -> None:
        with turns.place(is_upload=True) as place:
            await place.wait()

    with turns.place(is_upload=True):
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        assert turns.waiting_uploads == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    with turns.place(is_upload=True) as next_one:
        assert next_one.has_turn


async def test_only_so_many_uploads_wait_and_workers_do_not_count() -> None:
    turns = Turns(1, max_waiting=1)
    with (
        turns.place(is_upload=True),
        turns.place(is_upload=False),
        turns.place(is_upload=True),
        pytest.raises(UploadRefusedError, match="1 uploads wait"),
        turns.place(is_upload=True),
    ):
        pass


async def test_as_many_give_way_as_uploads_wait() -> None:
    turns = Turns(2, max_waiting=10)
    with turns.place(is_upload=False) as one, turns.place(is_upload=False) as other:
        assert not turns.gives_way(one)
        with turns.place(is_upload=False):
            assert not turns.gives_way(one), "another worker is no upload"
            with turns.place(is_upload=True):
                assert [turns.gives_way(place) for place in (one, other, one)] == [
                    True,
                    False,
                    True,
                ]


async def test_a_batch_in_the_background_gives_way_to_an_upload_and_goes_on_behind_it(
    idle_service: Service, sample: bytes, long_file: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "genre"):
        async with at_work(idle_service) as direct:
            batch_id = await submit(idle_service, long_file)
            await until(lambda: has_rows(idle_service, batch_id))
            upload = await direct(io.BytesIO(sample), "sample.csv", None)
            await until(lambda: has_ended(idle_service, batch_id))
    behind = await find(idle_service, batch_id)

    assert (upload.status, behind.status) == ("DONE", "DONE")
    assert upload.finished_at is not None
    assert behind.finished_at is not None
    assert behind.started_at < upload.started_at < upload.finished_at < behind.finished_at
    assert (behind.rows_received, behind.rows_stored) == (ROWS, ROWS)
    assert caplog.text.count("reading on after") >= 2


async def test_a_batch_in_the_background_goes_on_although_uploads_keep_coming(
    idle_service: Service, sample: bytes, long_file: bytes
) -> None:
    content = b"".join(long_file.splitlines(keepends=True)[:300])
    async with at_work(idle_service) as direct:
        batch_id = await submit(idle_service, content)

        async def upload_until_it_has_ended() -> None:
            while not await has_ended(idle_service, batch_id):
                await direct(io.BytesIO(sample), "sample.csv", None)

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for _ in range(3):
                    tasks.start_soon(upload_until_it_has_ended)

    assert (await find(idle_service, batch_id)).status == "DONE"


@asynccontextmanager
async def at_work(service: Service) -> AsyncIterator[DirectBatches]:
    """Have a worker and uploads share one turn."""
    turns = Turns(1, max_waiting=10)
    worker = replace(service.worker, queue=BatchQueue(service.engine), turns=turns, slots=1)
    async with working(worker, timeout_s=10):
        yield replace(service.direct, turns=turns)


async def submit(service: Service, content: bytes) -> uuid.UUID:
    """Queue a file."""
    return (await service.background.submit(io.BytesIO(content), "tracks.csv", None)).id


async def find(service: Service, batch_id: uuid.UUID) -> BatchRecord:
    """Look at a batch."""
    return (await service.batches.find_batches([batch_id]))[batch_id]


async def has_rows(service: Service, batch_id: uuid.UUID) -> bool:
    """Tell whether the first chunk is stored."""
    return (await find(service, batch_id)).rows_received > 0


async def has_ended(service: Service, batch_id: uuid.UUID) -> bool:
    """Tell whether the batch is done or failed."""
    return (await find(service, batch_id)).status in ("DONE", "FAILED")
