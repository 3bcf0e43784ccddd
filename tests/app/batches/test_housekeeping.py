"""Work outside requests and workers: batches of dead workers, deletion, leftover files."""

import fcntl
import os
import time
import uuid
from pathlib import Path

import anyio
import pytest
from support.worker_steps import (
    assert_whole,
    change,
    count,
    find,
    make_many_rows,
    submit,
    work_to_the_end,
)

from app.service import Service

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def many_rows() -> bytes:
    return make_many_rows()


async def test_restores_a_batch_that_is_in_no_queue_any_more(
    idle_service: Service, many_rows: bytes
) -> None:
    batch_id = await submit(idle_service, many_rows)
    await change(idle_service, "DELETE FROM pgqueuer")
    await change(idle_service, "UPDATE batches SET status = 'RUNNING'")

    await idle_service.housekeeping.recover()

    assert (await find(idle_service, batch_id)).status == "QUEUED"
    await assert_whole(idle_service, await work_to_the_end(idle_service, batch_id))


async def test_a_queued_batch_can_be_removed_and_is_never_read(
    idle_service: Service, sample: bytes
) -> None:
    batch_id = await submit(idle_service, sample)

    removed = await idle_service.housekeeping.remove(batch_id)
    other = await submit(idle_service, sample)
    await work_to_the_end(idle_service, other)

    assert removed is not None
    assert removed.status == "QUEUED"
    assert idle_service.spool.list_files() == []
    assert await count(idle_service, "SELECT count(*) FROM batches") == 1
    assert await count(idle_service, "SELECT count(*) FROM pgqueuer") == 0


async def test_cleans_the_spool_of_what_no_batch_needs(
    idle_service: Service, sample: bytes
) -> None:
    ended, waiting = await submit(idle_service, sample), await submit(idle_service, sample)
    await change(idle_service, "UPDATE batches SET status = 'DONE' WHERE id = :id", id=ended)
    await change(idle_service, "DELETE FROM pgqueuer")
    folder = Path(idle_service.spool.list_files()[0].path).parent
    fresh, old = folder / f"{uuid.uuid4()}.csv.part", folder / f"{uuid.uuid4()}.csv"
    abandoned = folder / f"{uuid.uuid4()}.csv.part"
    abandoned.write_bytes(b"its process was killed a moment ago")
    old.write_bytes(b"its process was killed")
    foreign = folder / "tracks.csv"
    foreign.write_bytes(b"somebody chose a folder that holds other things")
    for path in (old, foreign):
        os.utime(path, (time.time() - 10_000,) * 2)

    with fresh.open("wb") as saving:
        fcntl.flock(saving, fcntl.LOCK_EX)
        await idle_service.housekeeping.clean_spool()

    left = {path.name for path in folder.iterdir() if path.is_file()}
    assert left == {f"{waiting}.csv", fresh.name, foreign.name}


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
