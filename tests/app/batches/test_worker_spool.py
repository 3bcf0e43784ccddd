"""The worker and its spool: it waits for it, handles missing files, leaves no files in it."""

import asyncio
import io
import threading
from pathlib import Path

import pytest
from support.waiting import until
from support.worker_steps import (
    assert_whole,
    change,
    count,
    find,
    make_many_rows,
    new_worker,
    submit,
    work_to_the_end,
)

from app.batches.worker import working
from app.service import Service

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def many_rows() -> bytes:
    return make_many_rows()


async def test_waits_without_counting_tries_while_the_spool_cannot_be_read(
    idle_service: Service, many_rows: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    batch_id = await submit(idle_service, many_rows)
    folder = Path(idle_service.spool.list_files()[0].path).parent
    folder.rename(folder.with_name("elsewhere"))
    folder.write_bytes(b"not a folder")

    waits = "SELECT count(*) FROM pgqueuer WHERE execute_after > now()"
    for _ in range(4):  # more often than an upload may be attempted
        await change(idle_service, "UPDATE pgqueuer SET execute_after = now()")
        async with working(new_worker(idle_service), timeout_s=5):
            await until(lambda: count(idle_service, waits))
    waiting = await find(idle_service, batch_id)
    tries = await count(idle_service, "SELECT attempts FROM batches")
    folder.unlink()
    folder.with_name("elsewhere").rename(folder)
    await change(idle_service, "UPDATE pgqueuer SET execute_after = now()")

    assert (waiting.status, tries) == ("QUEUED", 0)
    assert "waits. The spool cannot be read" in caplog.text
    await assert_whole(idle_service, await work_to_the_end(idle_service, batch_id))


async def test_an_upload_that_is_cancelled_while_it_is_saved_leaves_nothing(
    idle_service: Service, sample: bytes
) -> None:
    spool, saving, goes_on = idle_service.spool, threading.Event(), threading.Event()

    class SlowFile(io.BytesIO):
        def seek(self, *place: int) -> int:  # checked; now it is saved
            saving.set()
            return super().seek(*place)

        def read(self, size: int | None = -1) -> bytes:
            if saving.is_set():
                goes_on.wait(10)
            return super().read(size)

    task = asyncio.create_task(idle_service.intake.enqueue(SlowFile(sample), "a.csv", None))
    await until(lambda: is_set(saving))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    goes_on.set()  # the thread cannot be cancelled

    async def is_empty() -> bool:
        return not spool.list_files()

    assert task.cancelled()
    await asyncio.sleep(0.1)
    await until(is_empty)
    assert await count(idle_service, "SELECT count(*) FROM batches") == 0


async def is_set(event: threading.Event) -> bool:
    return event.is_set()


async def test_a_lost_file_fails_the_batch(idle_service: Service, sample: bytes) -> None:
    batch_id = await submit(idle_service, sample)
    idle_service.spool.remove(batch_id)

    record = await work_to_the_end(idle_service, batch_id)

    assert (record.status, record.error_code) == ("FAILED", "UPLOAD_LOST")
