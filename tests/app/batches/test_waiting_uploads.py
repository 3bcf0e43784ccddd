"""Uploads over the limit wait in a queue: it is visible, moves in order and leaves nothing."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from support.archives import ZIP_ARCHIVE
from support.graphql_client import GraphQLClient
from support.sse_reading import PROGRESS, read_events
from support.waiting import until
from support.waiting_site import Site, listening, site

from app.service import Service

pytestmark = pytest.mark.asyncio
DELETE = "mutation ($id: ID!) { deleteBatch(id: $id) { id } }"


async def test_an_upload_over_the_limit_is_queued_until_it_is_admitted(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        with it.admission.ticket(is_upload=True):
            upload = asyncio.create_task(it.api.classify(sample, "mine.csv"))
            (waiting,) = await it.waits()
            events = read_events(it.api.http, it.api.headers, PROGRESS, id=waiting["id"])
            following = asyncio.create_task(_all(events))
            await until(_watched(idle_service))
        batch, states = await upload, await following

        assert (waiting["fileName"], waiting["finishedAt"]) == ("mine.csv", None)
        statuses = [event["data"]["batchProgress"]["status"] for event in states]
        assert (statuses[0], statuses[-1]) == ("QUEUED", "DONE")
        assert (batch["id"], batch["status"], batch["rowsStored"]) == (waiting["id"], "DONE", 60)
        ended = await it.batch()
        assert ended["startedAt"] == waiting["startedAt"] < ended["finishedAt"]
        await it.assert_nothing_left()


async def test_many_wait_in_order_on_one_connection_and_queries_are_answered(
    idle_service: Service, sample: bytes
) -> None:
    names = [f"{number}.csv" for number in range(30)]
    async with site(idle_service) as it:
        uploads = []
        with it.admission.ticket(is_upload=True):
            for count, name in enumerate(names, start=1):
                uploads.append(asyncio.create_task(it.api.classify(sample, name)))
                await it.waits(count)
            assert await it.lock_connections() == 1
        ended = [batch["fileName"] async for batch in _in_order_of_their_end(uploads)]

        assert ended == names
        assert {batch["status"] for batch in await it.batches()} == {"DONE"}
        await it.assert_nothing_left()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "EMPTY_CSV", id="no-bytes"),
        pytest.param(b"trackID,title\n1,a\n", "INVALID_CSV", id="columns-missing"),
        pytest.param(ZIP_ARCHIVE, "UNSUPPORTED_FILE_TYPE", id="archive"),
    ],
)
async def test_a_file_that_is_no_csv_does_not_wait_and_leaves_no_trace(
    idle_service: Service, content: bytes, code: str
) -> None:
    async with site(idle_service) as it:
        with it.admission.ticket(is_upload=True):
            body = await it.api.upload(content)
            assert it.admission.waiting_uploads == 0

        assert body["errors"][0]["extensions"]["code"] == code
        assert await it.batches() == []


async def test_more_than_may_wait_are_refused_and_stored_nowhere(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service, max_waiting=1) as it:
        with it.admission.ticket(is_upload=True):
            first = asyncio.create_task(it.api.classify(sample, "first.csv"))
            await it.waits()
            body = await it.api.upload(sample, "second.csv")
        await first

        (error,) = body["errors"]
        assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}
        assert error["message"].startswith("1 uploads are waiting")
        assert [batch["fileName"] for batch in await it.batches()] == ["first.csv"]


async def test_a_batch_that_waits_can_not_be_removed_nor_taken_for_abandoned(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        with it.admission.ticket(is_upload=True):
            upload = asyncio.create_task(it.api.classify(sample))
            (waiting,) = await it.waits()
            error = await it.api.error(DELETE, id=waiting["id"])
            abandoned = await idle_service.lifecycle.recover()
        batch = await upload

        assert error["extensions"] == {"code": "BAD_USER_INPUT", "status": "QUEUED"}
        assert "its upload is waiting" in error["message"]
        assert (abandoned, batch["status"]) == (0, "DONE")


async def test_a_batch_whose_process_died_while_it_waited_has_failed(
    idle_service: Service, sample: bytes
) -> None:
    # With longer between checks, the site seldom takes its lock again before it is found free.
    async with site(idle_service, check_interval_s=0.5) as it:
        with it.admission.ticket(is_upload=True):
            upload = asyncio.create_task(it.api.classify(sample))
            await it.waits()
            await until(lambda: _is_taken_for_dead(it))
            answer = await upload

        batch = await it.batch()
        assert (batch["status"], batch["error"]["code"]) == ("FAILED", "INTERRUPTED")
        assert batch["finishedAt"] is not None
        assert answer["status"] == "FAILED", "it must not run any more, nor wait in vain"
        await it.assert_nothing_left()


async def test_takes_its_locks_again_after_its_connection_broke(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        with it.admission.ticket(is_upload=True):
            uploads = [asyncio.create_task(it.api.classify(sample)) for _ in range(3)]
            waiting = await it.waits(3)
            await it.break_connections()
            await until(lambda: _holds_three_locks(it))
            error = await it.api.error(DELETE, id=waiting[0]["id"])
            assert await idle_service.lifecycle.recover() == 0
        batches = await asyncio.gather(*uploads)

        assert error["extensions"]["status"] == "QUEUED"
        assert [batch["status"] for batch in batches] == ["DONE"] * 3
        await it.assert_nothing_left()


async def test_a_disconnected_client_leaves_the_queue(idle_service: Service, sample: bytes) -> None:
    async with site(idle_service) as it, listening(it) as address:
        with it.admission.ticket(is_upload=True):
            async with httpx.AsyncClient(base_url=address) as http:
                impatient = GraphQLClient(http, client_id="test", client_secret="test")
                upload = asyncio.create_task(impatient.classify(sample, "gone.csv"))
                await it.waits()
                upload.cancel()
                await asyncio.gather(upload, return_exceptions=True)
            await until(lambda: _has_failed(it))
            await it.assert_nothing_left()

        batch = await it.batch()
        assert batch["error"]["code"] == "INTERRUPTED"
        assert "client disconnected" in batch["error"]["message"]
        assert (await it.api.classify(sample))["status"] == "DONE"


async def test_a_cancelled_upload_frees_its_place(idle_service: Service, sample: bytes) -> None:
    async with site(idle_service) as it:
        with it.admission.ticket(is_upload=True):
            task = asyncio.create_task(it.intake.run(io.BytesIO(sample), "cancelled.csv", None))
            await it.waits()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        batch = await it.batch()
        assert task.cancelled()
        assert (batch["status"], batch["error"]["code"]) == ("FAILED", "INTERRUPTED")
        await it.assert_nothing_left()
        assert (await it.api.classify(sample))["status"] == "DONE"


async def test_the_end_of_the_service_dismisses_who_waits(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        with it.admission.ticket(is_upload=True):
            upload = asyncio.create_task(it.api.classify(sample))
            await it.waits()
            it.admission.stop()
            batch = await upload
            late = await it.api.upload(sample)

        assert (batch["status"], batch["error"]["code"]) == ("FAILED", "INTERRUPTED")
        assert "service was stopped" in batch["error"]["message"]
        assert late["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
        await it.assert_nothing_left()


async def _all(events: AsyncIterator[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event async for event in events]


def _watched(service: Service) -> Any:
    async def is_so() -> bool:
        return any(payload for _, payload in service.notices._watchers)

    return is_so


async def _in_order_of_their_end(
    uploads: list["asyncio.Task[dict[str, Any]]"],
) -> AsyncIterator[dict[str, Any]]:
    for upload in asyncio.as_completed(uploads):
        yield await upload


async def _holds_three_locks(site: Site) -> bool:
    return await site.locks() == 3


async def _is_taken_for_dead(site: Site) -> bool:
    """Free the lock and check before the site takes it again; Postgres frees it a little later."""
    await site.break_connections()
    await site.service.lifecycle.recover()  # housekeeping may be quicker
    return await _has_failed(site)


async def _has_failed(site: Site) -> bool:
    return bool((await site.batch())["status"] == "FAILED")
