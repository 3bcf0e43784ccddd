"""The queue on pgqueuer's tables, which our migrations create."""

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.batches.kind import BatchKind
from db.batches.queue import BatchQueue, Claim, drop, put, queries_on

pytestmark = pytest.mark.asyncio


async def queue_batches(engine: AsyncEngine, *batch_ids: uuid.UUID) -> None:
    async with engine.begin() as connection:
        for batch_id in batch_ids:
            await put(connection, batch_id, BatchKind.UPLOAD)


async def drop_claim(engine: AsyncEngine, claim: Claim) -> None:
    async with engine.begin() as connection:
        await drop(connection, claim)


async def test_the_migrations_make_the_tables_that_the_library_wants(
    migrated: AsyncEngine,
) -> None:
    async with migrated.connect() as connection:
        plan = await (await queries_on(connection)).plan_upgrade()

    assert plan.statements == (), "pgqueuer was upgraded: write a migration with these statements"


async def test_hands_out_each_batch_once_and_the_oldest_first(migrated: AsyncEngine) -> None:
    batch_ids = [uuid.uuid4(), uuid.uuid4()]
    await queue_batches(migrated, *batch_ids, batch_ids[0])
    one, other = BatchQueue(migrated), BatchQueue(migrated)

    claims = [await one.take(), await other.take()]

    assert [claim.batch_id for claim in claims if claim] == batch_ids
    assert await one.take() is None
    for claim in claims:
        assert claim is not None
        await drop_claim(migrated, claim)


async def test_what_is_given_back_can_be_taken_after_its_delay(migrated: AsyncEngine) -> None:
    queue = BatchQueue(migrated)
    await queue_batches(migrated, uuid.uuid4())
    claim = await queue.take()
    assert claim is not None

    await queue.give_back(claim, delay_s=60)
    at_once = await queue.take()
    await queue.give_back(claim)
    later = await queue.take()

    assert at_once is None
    assert later is not None
    assert later.batch_id == claim.batch_id
    await drop_claim(migrated, later)


async def test_a_claim_that_is_kept_is_not_taken_over(migrated: AsyncEngine) -> None:
    queue = BatchQueue(migrated, lease_s=60)
    await queue_batches(migrated, uuid.uuid4())
    claim = await queue.take()
    assert claim is not None

    async with migrated.begin() as connection:
        await connection.execute(text("UPDATE pgqueuer SET heartbeat = now() - interval '1 hour'"))
    await queue.keep(claim)
    while_kept = await queue.take()
    async with migrated.begin() as connection:
        await connection.execute(text("UPDATE pgqueuer SET heartbeat = now() - interval '1 hour'"))
    taken_over = await queue.take()

    assert while_kept is None
    assert taken_over is not None
    assert taken_over.batch_id == claim.batch_id
    await drop_claim(migrated, taken_over)
