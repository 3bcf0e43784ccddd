"""The worker and its spool: waits for it, misses a file, leaves nothing behind in it."""

import asyncio
import io
import os
import threading
import time
import uuid
from pathlib import Path

import anyio
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
    for _ in range(4):  # more often than an upload may be tried
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


async def test_cleans_the_spool_of_what_no_batch_needs(
    idle_service: Service, sample: bytes
) -> None:
    ended, waiting = await submit(idle_service, sample), await submit(idle_service, sample)
    await change(idle_service, "UPDATE batches SET status = 'DONE' WHERE id = :id", id=ended)
    await change(idle_service, "DELETE FROM pgqueuer")
    folder = Path(idle_service.spool.list_files()[0].path).parent
    fresh, old = folder / f"{uuid.uuid4()}.csv.part", folder / f"{uuid.uuid4()}.csv"
    fresh.write_bytes(b"is just being saved")
    old.write_bytes(b"its process was killed")
    foreign = folder / "tracks.csv"
    foreign.write_bytes(b"somebody chose a folder that holds other things")
    for path in (old, foreign):
        os.utime(path, (time.time() - 10_000,) * 2)

    await idle_service.housekeeping.clean_spool()

    assert {path.name for path in folder.iterdir()} == {f"{waiting}.csv", fresh.name, foreign.name}


async def test_cleaning_the_spool_spares_batches_that_come_meanwhile(
    idle_service: Service, sample: bytes
) -> None:
    has_submitted = False

    async def clean() -> None:
        while not has_submitted:
            await idle_service.housekeeping.clean_spool()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(clean)
        submitted = {await submit(idle_service, sample) for _ in range(30)}
        has_submitted = True

    assert {file.batch_id for file in idle_service.spool.list_files()} == submitted
