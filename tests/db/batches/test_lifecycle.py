"""Every transition out of every state: the allowed ones happen, the others change nothing."""

import uuid
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.lifecycle_site import (
    ACTS,
    CANCELLED,
    DONE,
    FAILED,
    MAX_ATTEMPTS,
    MODEL,
    QUEUED,
    RUNNING,
    TABLES,
    Site,
    advance,
)

from db.batches.errors import (
    AttemptsExhaustedError,
    BatchHeldError,
    BatchInUseError,
    TransitionError,
)
from db.batches.lifecycle import BatchLifecycle
from db.batches.locks import SharedLocks
from db.batches.queue import BatchQueue
from db.batches.records import NewBatch, ResumePoint
from db.batches.status import CREATED, ENDED, OPEN, BatchStatus, FailureCode, Transition

pytestmark = pytest.mark.asyncio

MATRIX = [
    pytest.param(status, transition, id=f"{status}-{transition.name}")
    for status in BatchStatus
    for transition in Transition
]


@pytest_asyncio.fixture
async def site(migrated: AsyncEngine) -> Site:
    async with migrated.begin() as connection:
        await connection.execute(text(f"TRUNCATE {TABLES} CASCADE"))
    return Site(migrated, BatchLifecycle(migrated, max_attempts=MAX_ATTEMPTS))


async def test_the_states_are_those_that_the_database_takes(site: Site) -> None:
    check = await site.scalar(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'batches_status'"
    )

    assert {status for status in BatchStatus if f"'{status}'" in check} == set(BatchStatus)
    assert check.count("'") == 2 * len(BatchStatus)
    assert (OPEN, ENDED, CREATED) == (
        (QUEUED, RUNNING),
        (DONE, FAILED, CANCELLED),
        (QUEUED, RUNNING),
    )
    assert set(ACTS) == set(Transition)


@pytest.mark.parametrize(("status", "transition"), MATRIX)
async def test_only_an_allowed_transition_changes_the_state(
    site: Site, status: BatchStatus, transition: Transition
) -> None:
    async with site.batch_in(status) as hold:
        before = await site.row(hold.batch_id)
        if status in transition.sources:
            await ACTS[transition](site.lifecycle, hold)
        else:
            with pytest.raises(TransitionError, match=str(hold.batch_id)):
                await ACTS[transition](site.lifecycle, hold)
        after = await site.row(hold.batch_id)

    if status in transition.sources:
        assert (before["status"], after["status"]) == (status, transition.target)
        assert (after["finished_at"] is not None) == (transition.target in ENDED)
        assert await site.jobs() == (transition.target not in ENDED)
    else:
        assert after == before
        assert await site.jobs() == (status not in ENDED)


@pytest.mark.parametrize("transition", Transition)
async def test_a_batch_that_was_removed_goes_nowhere(site: Site, transition: Transition) -> None:
    async with site.batch_in(RUNNING) as hold:
        async with site.engine.begin() as connection:
            await connection.execute(text("DELETE FROM batches"))

        with pytest.raises(TransitionError):
            await ACTS[transition](site.lifecycle, hold)
        assert await site.lifecycle.release(hold)

    assert await site.jobs() == 0


@pytest.mark.parametrize("status", BatchStatus)
async def test_a_batch_that_is_let_go_stays_in_the_queue_unless_it_has_ended(
    site: Site, status: BatchStatus
) -> None:
    async with site.batch_in(status) as hold:
        has_ended = await site.lifecycle.release(hold)

    assert has_ended == (status in ENDED)
    assert (await BatchQueue(site.engine).take() is None) == has_ended


async def test_a_batch_can_run_at_once(site: Site) -> None:
    batch = NewBatch(uuid.uuid4(), "tracks.csv", MODEL, None)
    async with site.lifecycle.create(batch) as hold:
        created = await site.status(batch.id)
        await advance(site.lifecycle, hold)
        await site.lifecycle.finish(hold)

    row = await site.row(batch.id)
    assert (created, row["status"]) == (RUNNING, DONE)
    assert (row["rows_received"], row["rows_stored"], row["rows_rejected"]) == (5, 4, 1)
    assert await site.jobs() == 0


async def test_a_batch_goes_on_where_another_process_stopped(site: Site) -> None:
    async with site.batch_in(RUNNING) as hold:
        await advance(site.lifecycle, hold)
        await site.lifecycle.hand_back(hold)

    async with site.worker(hold.batch_id) as again:
        start = await site.lifecycle.start(again)

    assert (start.rows_done, start.resume) == (5, ResumePoint(100, 6))
    assert (await site.row(hold.batch_id))["attempts"] == 1


async def test_a_batch_begins_again_with_another_model(site: Site) -> None:
    other = replace(MODEL, version="other")
    async with site.batch_in(RUNNING) as hold:
        await advance(site.lifecycle, hold)
        start = await site.lifecycle.start(hold)
        same = await site.lifecycle.use_model(hold, MODEL, start)
        anew = await site.lifecycle.use_model(hold, other, start)

    row = await site.row(hold.batch_id)
    assert same == start
    assert (anew.model_version, anew.rows_done, anew.resume) == ("other", 0, None)
    assert (row["model_version"], row["rows_received"], row["resume_byte"]) == ("other", 0, None)


async def test_only_one_process_holds_a_queued_batch(site: Site) -> None:
    async with site.batch_in(RUNNING) as hold:
        with pytest.raises(BatchHeldError):
            async with site.lifecycle.hold(hold.batch_id, hold.claim):
                pass
        with pytest.raises(BatchInUseError, match="RUNNING"):
            await site.remove(hold.batch_id)
        assert await site.lifecycle.recover() == 0
        assert await site.status(hold.batch_id) == RUNNING


async def test_tries_at_the_same_place_are_counted_and_hand_backs_are_not(site: Site) -> None:
    batch_id = await site.enqueue()
    for _ in range(MAX_ATTEMPTS + 1):
        async with site.worker(batch_id) as hold:
            await site.lifecycle.start(hold)
            await site.lifecycle.hand_back(hold)
    async with site.worker(batch_id) as hold:
        for _ in range(MAX_ATTEMPTS):  # the number of times its worker died
            await site.lifecycle.start(hold)

        with pytest.raises(AttemptsExhaustedError, match="3 times"):
            await site.lifecycle.start(hold)

    assert await site.status(batch_id) == RUNNING


async def test_the_last_try_fails_and_those_before_wait_longer_each_time(site: Site) -> None:
    async with site.batch_in(RUNNING) as hold:
        delays = []
        for _ in range(MAX_ATTEMPTS - 1):
            assert await site.lifecycle.retry(hold, "again")
            assert await site.status(hold.batch_id) == QUEUED
            delays.append(await site.scalar("SELECT execute_after - updated FROM pgqueuer"))
            await site.lifecycle.start(hold)
        assert not await site.lifecycle.retry(hold, "for the last time")

    row = await site.row(hold.batch_id)
    assert [round(delay.total_seconds()) for delay in delays] == [2, 4]
    assert (row["status"], row["error_code"]) == (FAILED, FailureCode.INTERNAL)
    assert row["error_message"] == "for the last time"
    assert await site.jobs() == 0


async def test_a_waiting_batch_is_failed_unless_it_has_ended(site: Site) -> None:
    locks = SharedLocks(site.engine)
    batch = NewBatch(uuid.uuid4(), "tracks.csv", MODEL, None)
    async with locks.hold(batch.id, lambda: None):
        await site.lifecycle.wait(batch)
        assert await site.lifecycle.recover() == 0
        with pytest.raises(BatchInUseError, match="QUEUED"):
            await site.remove(batch.id)
        await site.lifecycle.stop_waiting(batch.id, "first")
        await site.lifecycle.stop_waiting(batch.id, "second")

    row = await site.row(batch.id)
    assert (row["status"], row["error_message"]) == (FAILED, "first")


@pytest.mark.parametrize("status", CREATED)
async def test_a_batch_whose_process_died_is_queued_again_or_fails(
    site: Site, status: BatchStatus
) -> None:
    async with site.batch_in(status) as queued:
        pass
    waited = NewBatch(uuid.uuid4(), "tracks.csv", MODEL, None)
    if status == QUEUED:
        await site.lifecycle.wait(waited)
    else:
        async with site.lifecycle.create(waited):
            pass

    failed = await site.lifecycle.recover()

    assert failed == 1
    assert await site.status(queued.batch_id) == QUEUED
    row = await site.row(waited.id)
    assert (row["status"], row["error_code"]) == (FAILED, FailureCode.INTERRUPTED)


@pytest.mark.parametrize("status", BatchStatus)
async def test_a_batch_that_nobody_holds_can_be_removed_in_any_state(
    site: Site, status: BatchStatus
) -> None:
    async with site.batch_in(status) as hold:
        pass

    removed = await site.remove(hold.batch_id)

    assert removed is not None
    assert (removed.id, removed.status) == (hold.batch_id, status)
    assert await site.remove(hold.batch_id) is None
