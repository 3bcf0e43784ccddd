"""`cancelBatch` over HTTP, in each state that a batch can be in, whoever waits for it."""

import asyncio
import io
import threading
from typing import Any

import pytest
from support.background_runs import QUEUE
from support.graphql_client import GraphQLClient
from support.reclassifying import AGE, CANCEL, RECLASSIFY, change, scalar
from support.waiting import until
from support.waiting_site import Site, site
from support.worker_steps import find, make_many_rows, new_worker, submit

from app.batches.worker import working
from app.service import Service
from ml.sampling.generator import write_sample_csv

pytestmark = pytest.mark.asyncio
LONG = 2_000
"""Rows of a file whose first half is several chunks."""


class PausingFile(io.BytesIO):
    """A file that is read to its half, and on when it may."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.pause_at = len(content) // 2
        self.may_go_on = threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= self.pause_at:
            assert self.may_go_on.wait(30)
        return super().read(size)


def write_rows(rows: int) -> bytes:
    stream = io.StringIO()
    write_sample_csv(stream, rows=rows, seed=3)
    return stream.getvalue().encode()


async def cancel(it: Site, batch_id: Any) -> dict[str, Any]:
    batch: dict[str, Any] = (await it.api.data(CANCEL, id=str(batch_id)))["cancelBatch"]
    return batch


async def work_to_the_end_of_the_queue(service: Service) -> None:
    async def is_empty() -> bool:
        return await scalar(service.engine, "SELECT count(*) FROM pgqueuer") == 0

    async with working(new_worker(service), timeout_s=10):
        await until(is_empty)


async def test_a_queued_batch_is_never_read(idle_service: Service, sample: bytes) -> None:
    async with site(idle_service) as it:
        queued = (await it.api.upload(sample, query=QUEUE))["data"]["classifyBatch"]

        cancelled = await cancel(it, queued["id"])
        files = idle_service.spool.list_files()
        await work_to_the_end_of_the_queue(idle_service)

        assert (cancelled["id"], cancelled["status"]) == (queued["id"], "CANCELLED")
        assert cancelled["finishedAt"] is not None
        assert files == []
        assert (await it.batch())["status"] == "CANCELLED"
        assert await scalar(idle_service.engine, "SELECT count(*) FROM tracks") == 0


async def test_an_upload_that_waits_for_admission_gets_its_batch_cancelled(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        with it.admission.ticket(is_upload=True):
            upload = asyncio.create_task(it.api.classify(sample))
            (waiting,) = await it.waits()
            await cancel(it, waiting["id"])
            batch = await upload

        assert (batch["id"], batch["status"]) == (waiting["id"], "CANCELLED")
        assert (batch["rowsReceived"], batch["error"]) == (0, None)
        await it.assert_nothing_left()


async def test_an_upload_that_is_being_read_keeps_what_was_stored(idle_service: Service) -> None:
    file = PausingFile(write_rows(LONG))
    async with site(idle_service) as it:
        upload = asyncio.create_task(idle_service.intake.run(file, "tracks.csv", None))
        await until(lambda: scalar(idle_service.engine, "SELECT rows_stored FROM batches"))
        running = await it.batch()
        cancelled = await cancel(it, running["id"])
        file.may_go_on.set()
        batch = await upload

    assert (running["status"], cancelled["status"]) == ("RUNNING", "CANCELLED")
    assert (batch.status, batch.rows_stored) == ("CANCELLED", cancelled["rowsStored"])
    assert 0 < batch.rows_stored < LONG
    assert await scalar(idle_service.engine, "SELECT count(*) FROM tracks") == batch.rows_stored


async def test_a_worker_notices_and_takes_the_next_batch(
    idle_service: Service, sample: bytes
) -> None:
    batch_id = await submit(idle_service, make_many_rows())
    async with site(idle_service) as it, working(new_worker(idle_service), timeout_s=10):
        await until(lambda: scalar(idle_service.engine, "SELECT rows_stored FROM batches"))
        cancelled = await cancel(it, batch_id)
        other = await submit(idle_service, sample)

        async def is_done() -> bool:
            return (await find(idle_service, other)).status == "DONE"

        await until(is_done)

    batch = await find(idle_service, batch_id)
    assert (batch.status, batch.rows_stored) == ("CANCELLED", cancelled["rowsStored"])
    assert await scalar(idle_service.engine, "SELECT count(*) FROM pgqueuer") == 0
    assert idle_service.spool.list_files() == []


async def test_a_cancelled_reclassification_makes_room_for_another(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        await it.api.classify(sample)
        await change(idle_service.engine, *AGE)
        one, same = [(await it.api.data(RECLASSIFY))["reclassify"]["id"] for _ in range(2)]
        await cancel(it, one)
        other = (await it.api.data(RECLASSIFY))["reclassify"]["id"]
        await work_to_the_end_of_the_queue(idle_service)
        statuses = {batch["id"]: batch["status"] for batch in await it.batches()}

    assert one == same != other
    assert (statuses[one], statuses[other]) == ("CANCELLED", "DONE")


async def test_a_batch_that_has_ended_stays_as_it_is(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(sample)

    error = await api.error(CANCEL, id=batch["id"])

    assert error["extensions"] == {"code": "BAD_USER_INPUT", "status": "DONE"}


@pytest.mark.parametrize("batch_id", ["00000000-0000-0000-0000-000000000000", "none"])
async def test_an_unknown_batch_is_not_found(api: GraphQLClient, batch_id: str) -> None:
    assert (await api.error(CANCEL, id=batch_id))["extensions"]["code"] == "NOT_FOUND"
