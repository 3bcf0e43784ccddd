"""The worker resumes where another stopped, gives up after some attempts, loses no batch."""

import asyncio

import pyarrow as pa
import pytest
from sqlalchemy import text
from support.waiting import until
from support.worker_steps import (
    ROWS,
    assert_whole,
    change,
    count,
    find,
    make_many_rows,
    new_worker,
    submit,
    work_to_the_end,
    work_until,
)

from app.batches.worker import working
from app.service import Service
from db.batches.locks import lock_batch
from db.batches.queue import BatchQueue
from db.records import ModelVersion

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def many_rows() -> bytes:
    return make_many_rows()


@pytest.fixture(params=["plain", "gzip", "zstd"])
def many_rows_sent(many_rows: bytes, request: pytest.FixtureRequest) -> bytes:
    """The file in each form that clients may send."""
    if request.param == "plain":
        return many_rows
    return bytes(pa.compress(many_rows, codec=request.param, asbytes=True))


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


async def test_a_worker_that_is_cancelled_before_its_batch_has_started_loses_nothing(
    idle_service: Service, many_rows: bytes
) -> None:
    batch_id = await submit(idle_service, many_rows)
    waits = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND wait_event_type = 'Lock' AND query LIKE 'UPDATE batches%'"
    )
    async with idle_service.engine.begin() as connection:
        await connection.execute(text("SELECT FROM batches FOR UPDATE"))
        task = asyncio.create_task(new_worker(idle_service).run())
        await until(lambda: count(idle_service, waits))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert (await find(idle_service, batch_id)).status == "QUEUED"
    assert [file.batch_id for file in idle_service.spool.list_files()] == [batch_id]
    await change(idle_service, "UPDATE pgqueuer SET heartbeat = now() - interval '1 minute'")
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
    assert idle_service.spool.list_files() == []


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


async def test_starts_over_if_the_model_of_the_first_rows_is_missing(
    idle_service: Service, many_rows: bytes
) -> None:
    batch_id = await submit(idle_service, many_rows)
    await work_until(idle_service, batch_id, lambda it: it.rows_received > 0)
    other = ModelVersion("other", ("rock",))
    add = "INSERT INTO model_versions (version, genres) VALUES ('other', ARRAY['rock'])"
    await change(idle_service, add)
    await change(idle_service, "UPDATE batches SET model_version = :version", version=other.version)

    record = await work_to_the_end(idle_service, batch_id)

    assert record.model_version == idle_service.model.manifest.version
    await assert_whole(idle_service, record)
