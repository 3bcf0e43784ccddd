"""The worker: goes on where another stopped, gives up after some tries, loses no batch."""

import asyncio
import io
import os
import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pyarrow as pa
import pytest
from sqlalchemy import text
from waiting import until

from app.service import Service
from app.worker import Worker, working
from db.batch_queue import BatchQueue
from db.batch_writer import lock_batch
from db.records import BatchRecord, ModelVersion, Window
from ml.sampling import write_sample_csv

pytestmark = pytest.mark.asyncio
ROWS = 400


@pytest.fixture(scope="module")
def many_rows() -> bytes:
    """Make a file of several chunks, with rows that are rejected in the first and the last."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=ROWS, seed=3)
    lines = stream.getvalue().encode().splitlines(keepends=True)
    return b"".join([lines[0], b"0,short\n", *lines[1:], lines[1]])


@pytest.fixture(params=["plain", "gzip", "zstd"])
def many_rows_sent(many_rows: bytes, request: pytest.FixtureRequest) -> bytes:
    """The file as clients may send it."""
    if request.param == "plain":
        return many_rows
    return bytes(pa.compress(many_rows, codec=request.param, asbytes=True))


def new_worker(service: Service) -> Worker:
    """Make a worker as another process has one."""
    return replace(service.worker, queue=BatchQueue(service.engine))


async def submit(service: Service, content: bytes) -> uuid.UUID:
    """Queue a file."""
    return (await service.background.submit(io.BytesIO(content), "tracks.csv", None)).id


async def find(service: Service, batch_id: uuid.UUID) -> BatchRecord:
    """Look at a batch."""
    return (await service.batches.find_batches([batch_id]))[batch_id]


async def work_until(service: Service, batch_id: uuid.UUID, condition: Any) -> BatchRecord:
    """Have a new worker work until the batch looks as it should, then stop it."""

    async def is_so() -> bool:
        return bool(condition(await find(service, batch_id)))

    async with working(new_worker(service), timeout_s=10):
        await until(is_so)
        return await find(service, batch_id)


async def work_to_the_end(service: Service, batch_id: uuid.UUID) -> BatchRecord:
    """Have a new worker work until the batch has ended."""
    return await work_until(service, batch_id, lambda it: it.status in ("DONE", "FAILED"))


async def change(service: Service, statement: str, **values: Any) -> None:
    """Change the database behind the service's back."""
    async with service.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def count(service: Service, statement: str) -> Any:
    """Look into the database."""
    async with service.engine.connect() as connection:
        return await connection.scalar(text(statement))


async def assert_whole(service: Service, record: BatchRecord) -> None:
    """Each row of `many_rows` was stored or rejected once, and nothing is left over."""
    assert (record.status, record.error_code) == ("DONE", None)
    counts = (record.rows_received, record.rows_stored, record.rows_rejected)
    assert counts == (ROWS + 2, ROWS, 2)
    page = await service.batches.list_rejects(record.id, Window(limit=10))
    assert [(r.line, r.code) for r in page.items] == [
        (2, "WRONG_FIELD_COUNT"),
        (ROWS + 3, "DUPLICATE_TRACK"),
    ]
    genres = await service.batches.list_genres(record.id)
    assert sum(genre.track_count for genre in genres) == ROWS
    assert await count(service, "SELECT count(*) FROM tracks") == ROWS
    assert await count(service, "SELECT count(*) FROM pgqueuer") == 0
    assert service.background.spool.list_files() == []


async def test_gives_back_after_the_present_chunk_and_another_worker_goes_on(
    idle_service: Service, many_rows_sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    batch_id = await submit(idle_service, many_rows_sent)

    await work_until(idle_service, batch_id, lambda it: it.rows_received > 0)
    stopped = await find(idle_service, batch_id)
    with caplog.at_level("INFO", "genre"):
        ended = await work_to_the_end(idle_service, batch_id)

    assert stopped.status == "QUEUED"
    assert 0 < stopped.rows_received < ROWS
    assert f"reading on after {stopped.rows_received} rows" in caplog.text
    await assert_whole(idle_service, ended)


async def test_a_worker_that_is_cancelled_gives_back_what_it_has(
    idle_service: Service, many_rows: bytes
) -> None:
    batch_id = await submit(idle_service, many_rows)
    task = asyncio.create_task(new_worker(idle_service).run())
    await until(lambda: count(idle_service, "SELECT rows_received FROM batches"))

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert (await find(idle_service, batch_id)).status == "QUEUED"
    await assert_whole(idle_service, await work_to_the_end(idle_service, batch_id))


async def test_leaves_a_batch_alone_that_another_worker_is_reading(
    idle_service: Service, many_rows: bytes
) -> None:
    batch_id = await submit(idle_service, many_rows)

    async with (
        lock_batch(idle_service.engine, batch_id) as connection,
        working(new_worker(idle_service), timeout_s=5),
    ):
        assert connection is not None
        given_back = "SELECT count(*) FROM pgqueuer WHERE execute_after > now()"
        await until(lambda: count(idle_service, given_back))
        assert (await find(idle_service, batch_id)).status == "QUEUED"

    await change(idle_service, "UPDATE pgqueuer SET execute_after = now()")
    await assert_whole(idle_service, await work_to_the_end(idle_service, batch_id))


async def test_takes_over_when_the_lease_of_a_dead_worker_has_run_out(
    idle_service: Service, many_rows: bytes
) -> None:
    batch_id = await submit(idle_service, many_rows)
    claim = await BatchQueue(idle_service.engine).take()
    assert claim is not None
    assert await BatchQueue(idle_service.engine).take() is None

    await change(idle_service, "UPDATE pgqueuer SET heartbeat = now() - interval '1 minute'")

    await assert_whole(idle_service, await work_to_the_end(idle_service, batch_id))


async def test_gives_up_when_workers_die_again_and_again_at_the_same_place(
    idle_service: Service, sample: bytes
) -> None:
    batch_id = await submit(idle_service, sample)
    await change(idle_service, "UPDATE batches SET status = 'RUNNING', attempts = 3")

    record = await work_to_the_end(idle_service, batch_id)

    assert (record.status, record.error_code) == ("FAILED", "INTERRUPTED")
    assert "3 times" in (record.error_message or "")
    assert record.finished_at is not None
    assert await count(idle_service, "SELECT count(*) FROM pgqueuer") == 0
    assert idle_service.background.spool.list_files() == []


async def test_tries_again_after_an_unexpected_error_and_then_fails(
    idle_service: Service, sample: bytes
) -> None:
    batch_id = await submit(idle_service, sample)
    refuse = "ALTER TABLE tracks ADD CONSTRAINT nothing_goes CHECK (false) NOT VALID"
    await change(idle_service, refuse)

    retried = "SELECT count(*) FROM pgqueuer WHERE status = 'queued' AND attempts = 1"
    async with working(new_worker(idle_service), timeout_s=5):
        await until(lambda: count(idle_service, retried))
        waiting = await find(idle_service, batch_id)
    await change(idle_service, "UPDATE batches SET attempts = 2")
    await change(idle_service, "UPDATE pgqueuer SET execute_after = now()")
    failed = await work_to_the_end(idle_service, batch_id)

    await change(idle_service, "ALTER TABLE tracks DROP CONSTRAINT nothing_goes")
    assert waiting.status == "QUEUED"
    assert (failed.status, failed.error_code) == ("FAILED", "INTERNAL")


async def test_waits_without_counting_tries_while_the_spool_cannot_be_read(
    idle_service: Service, many_rows: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    batch_id = await submit(idle_service, many_rows)
    folder = Path(idle_service.background.spool.list_files()[0].path).parent
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
    spool, saving, goes_on = idle_service.background.spool, threading.Event(), threading.Event()

    class SlowFile(io.BytesIO):
        def seek(self, *place: int) -> int:  # checked; now it is saved
            saving.set()
            return super().seek(*place)

        def read(self, size: int | None = -1) -> bytes:
            if saving.is_set():
                goes_on.wait(10)
            return super().read(size)

    task = asyncio.create_task(idle_service.background.submit(SlowFile(sample), "a.csv", None))
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
    idle_service.background.spool.remove(batch_id)

    record = await work_to_the_end(idle_service, batch_id)

    assert (record.status, record.error_code) == ("FAILED", "UPLOAD_LOST")


async def test_begins_anew_if_the_model_of_the_first_rows_is_gone(
    idle_service: Service, many_rows: bytes
) -> None:
    batch_id = await submit(idle_service, many_rows)
    await work_until(idle_service, batch_id, lambda it: it.rows_received > 0)
    other = ModelVersion("other", ("rock",))
    add = "INSERT INTO model_versions (version, genres) VALUES ('other', ARRAY['rock'])"
    await change(idle_service, add)
    await change(idle_service, "UPDATE batches SET model_version = :version", version=other.version)

    record = await work_to_the_end(idle_service, batch_id)

    assert record.model_version == idle_service.pipeline.model.version
    await assert_whole(idle_service, record)


async def test_restores_a_batch_that_is_in_no_queue_any_more(
    idle_service: Service, many_rows: bytes
) -> None:
    batch_id = await submit(idle_service, many_rows)
    await change(idle_service, "DELETE FROM pgqueuer")
    await change(idle_service, "UPDATE batches SET status = 'RUNNING'")

    await idle_service.background.restore()

    assert (await find(idle_service, batch_id)).status == "QUEUED"
    await assert_whole(idle_service, await work_to_the_end(idle_service, batch_id))


async def test_a_queued_batch_can_be_removed_and_is_never_read(
    idle_service: Service, sample: bytes
) -> None:
    batch_id = await submit(idle_service, sample)

    removed = await idle_service.background.remove(batch_id)
    other = await submit(idle_service, sample)
    await work_to_the_end(idle_service, other)

    assert removed is not None
    assert removed.status == "QUEUED"
    assert idle_service.background.spool.list_files() == []
    assert await count(idle_service, "SELECT count(*) FROM batches") == 1
    assert await count(idle_service, "SELECT count(*) FROM pgqueuer") == 0


async def test_cleans_the_spool_of_what_no_batch_needs(
    idle_service: Service, sample: bytes
) -> None:
    background = idle_service.background
    ended, waiting = await submit(idle_service, sample), await submit(idle_service, sample)
    await change(idle_service, "UPDATE batches SET status = 'DONE' WHERE id = :id", id=ended)
    await change(idle_service, "DELETE FROM pgqueuer")
    folder = Path(background.spool.list_files()[0].path).parent
    fresh, old = folder / f"{uuid.uuid4()}.csv.part", folder / f"{uuid.uuid4()}.csv"
    fresh.write_bytes(b"is just being saved")
    old.write_bytes(b"its process was killed")
    foreign = folder / "tracks.csv"
    foreign.write_bytes(b"somebody chose a folder that holds other things")
    for path in (old, foreign):
        os.utime(path, (time.time() - 10_000,) * 2)

    await background.clean_spool()

    assert {path.name for path in folder.iterdir()} == {f"{waiting}.csv", fresh.name, foreign.name}


async def test_cleaning_the_spool_spares_batches_that_come_meanwhile(
    idle_service: Service, sample: bytes
) -> None:
    has_submitted = False

    async def clean() -> None:
        while not has_submitted:
            await idle_service.background.clean_spool()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(clean)
        submitted = {await submit(idle_service, sample) for _ in range(30)}
        has_submitted = True

    assert {file.batch_id for file in idle_service.background.spool.list_files()} == submitted
