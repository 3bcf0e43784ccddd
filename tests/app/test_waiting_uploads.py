"""Uploads beyond the limit wait in a line: all can see it, it moves in order, nothing is left."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest
import uvicorn
from graphql_client import GraphQLClient
from sqlalchemy import text
from sse_reading import PROGRESS, read_events
from starlette.applications import Starlette
from starlette.routing import Route
from waiting import until

from app.direct_batches import DirectBatches
from app.graphql_view import GenreGraphQL
from app.main import build_ports
from app.middleware import RequestIdMiddleware
from app.service import Service
from app.turns import Turns
from app.uploads import UploadClassifier
from db.batch_locks import BatchLocks
from db.waiting_batches import WaitingBatches
from schema import build_schema
from schema.context import make_context

pytestmark = pytest.mark.asyncio
BATCHES = """{ batches(first: 100) { nodes {
  id fileName status startedAt finishedAt error { code message }
} } }"""
DELETE = "mutation ($id: ID!) { deleteBatch(id: $id) { id } }"
CHECK_INTERVAL_S = 0.02


class Site:
    """The service over HTTP with one turn, which the test may take."""

    def __init__(self, service: Service, turns: Turns) -> None:
        self.service = service
        self.turns = turns
        self.locks = BatchLocks(service.engine, check_interval_s=CHECK_INTERVAL_S)
        waiting = WaitingBatches(service.engine, self.locks)
        self.direct = DirectBatches(service.pipelines, service.batches, waiting, turns)
        uploads = UploadClassifier(self.direct, service.background)
        ports = replace(build_ports(service, frozenset()), classify_batch=uploads)
        view = GenreGraphQL(build_schema(), build_context=lambda _: make_context(ports, "test"))
        self.app = RequestIdMiddleware(Starlette(routes=[Route("/graphql", view)]))
        transport = httpx.ASGITransport(self.app)
        http = httpx.AsyncClient(transport=transport, base_url="http://genre.test", timeout=60)
        self.api = GraphQLClient(http, client_id="test", client_secret="test")

    async def batches(self) -> list[dict[str, Any]]:
        """All batches, in the order in which they came."""
        nodes = (await self.api.data(BATCHES))["batches"]["nodes"]
        return list(reversed(nodes))

    async def batch(self) -> dict[str, Any]:
        """The only batch."""
        (batch,) = await self.batches()
        return batch

    async def waits(self, count: int = 1) -> list[dict[str, Any]]:
        """Wait until so many batches are QUEUED, and return them."""

        async def is_so() -> bool:
            batches = await self.batches()
            return [batch["status"] for batch in batches] == ["QUEUED"] * count

        await until(is_so)
        return await self.batches()

    async def lock_connections(self) -> int:
        """How many connections hold locks of waiting batches."""
        statement = "SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory'"
        async with self.service.engine.connect() as connection:
            return int(await connection.scalar(text(statement)) or 0)

    async def assert_nothing_left(self) -> None:
        """Nobody waits, and no lock is held."""
        assert self.turns.waiting_uploads == 0
        assert await self.lock_connections() == 0


@contextlib.asynccontextmanager
async def site(service: Service, max_waiting: int = 100) -> AsyncIterator[Site]:
    """Open a site, whose locks are kept."""
    site = Site(service, Turns(1, max_waiting=max_waiting))
    keeping = asyncio.create_task(site.locks.keep())
    try:
        yield site
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await site.api.http.aclose()


@contextlib.asynccontextmanager
async def listening(site: Site) -> AsyncIterator[str]:
    """Serve a site on a real socket."""
    config = uvicorn.Config(site.app, port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # uvicorn offers no event to wait for
        assert not serving.done()
        await anyio.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_an_upload_beyond_the_limit_is_queued_until_its_turn_comes(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        with it.turns.place(is_upload=True):
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
        with it.turns.place(is_upload=True):
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
        pytest.param(b"PK\x03\x04zip", "UNSUPPORTED_FILE_TYPE", id="archive"),
    ],
)
async def test_a_file_that_is_no_csv_does_not_wait_and_leaves_no_trace(
    idle_service: Service, content: bytes, code: str
) -> None:
    async with site(idle_service) as it:
        with it.turns.place(is_upload=True):
            body = await it.api.upload(content)
            assert it.turns.waiting_uploads == 0

        assert body["errors"][0]["extensions"]["code"] == code
        assert await it.batches() == []


async def test_more_than_may_wait_are_refused_and_stored_nowhere(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service, max_waiting=1) as it:
        with it.turns.place(is_upload=True):
            first = asyncio.create_task(it.api.classify(sample, "first.csv"))
            await it.waits()
            body = await it.api.upload(sample, "second.csv")
        await first

        (error,) = body["errors"]
        assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}
        assert error["message"].startswith("1 uploads wait")
        assert [batch["fileName"] for batch in await it.batches()] == ["first.csv"]


async def test_a_batch_that_waits_can_not_be_removed_nor_taken_for_abandoned(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        with it.turns.place(is_upload=True):
            upload = asyncio.create_task(it.api.classify(sample))
            (waiting,) = await it.waits()
            error = await it.api.error(DELETE, id=waiting["id"])
            abandoned = await idle_service.batches.fail_interrupted()
        batch = await upload

        assert error["extensions"] == {"code": "BAD_USER_INPUT", "status": "QUEUED"}
        assert "its upload waits" in error["message"]
        assert (abandoned, batch["status"]) == (0, "DONE")


async def test_a_batch_whose_process_died_while_it_waited_has_failed(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        with it.turns.place(is_upload=True):
            upload = asyncio.create_task(it.api.classify(sample))
            await it.waits()
            await _break_connections(idle_service)  # as Postgres does for a dead process
            await idle_service.batches.fail_interrupted()
            answer = await upload

        batch = await it.batch()
        assert (batch["status"], batch["error"]["code"]) == ("FAILED", "INTERRUPTED")
        assert batch["finishedAt"] is not None
        assert answer["status"] == "FAILED", "it must not run any more, nor wait in vain"
        await it.assert_nothing_left()


async def test_takes_its_locks_anew_after_its_connection_broke(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it:
        with it.turns.place(is_upload=True):
            uploads = [asyncio.create_task(it.api.classify(sample)) for _ in range(3)]
            waiting = await it.waits(3)
            await _break_connections(idle_service)
            await until(lambda: _holds_locks(it, 3))
            error = await it.api.error(DELETE, id=waiting[0]["id"])
            assert await idle_service.batches.fail_interrupted() == 0
        batches = await asyncio.gather(*uploads)

        assert error["extensions"]["status"] == "QUEUED"
        assert [batch["status"] for batch in batches] == ["DONE"] * 3
        await it.assert_nothing_left()


async def test_a_client_that_goes_away_frees_its_place(
    idle_service: Service, sample: bytes
) -> None:
    async with site(idle_service) as it, listening(it) as address:
        with it.turns.place(is_upload=True):
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
        assert "client went away" in batch["error"]["message"]
        assert (await it.api.classify(sample))["status"] == "DONE"


async def test_a_cancelled_upload_frees_its_place(idle_service: Service, sample: bytes) -> None:
    async with site(idle_service) as it:
        with it.turns.place(is_upload=True):
            task = asyncio.create_task(it.direct(io.BytesIO(sample), "cancelled.csv", None))
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
        with it.turns.place(is_upload=True):
            upload = asyncio.create_task(it.api.classify(sample))
            await it.waits()
            it.turns.stop()
            batch = await upload
            late = await it.api.upload(sample)

        assert (batch["status"], batch["error"]["code"]) == ("FAILED", "INTERRUPTED")
        assert "told to stop" in batch["error"]["message"]
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


async def _break_connections(service: Service) -> None:
    """Break every connection that holds an advisory lock."""
    statement = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    async with service.engine.begin() as connection:
        await connection.execute(text(statement))


async def _holds_locks(site: Site, count: int) -> bool:
    statement = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    async with site.service.engine.connect() as connection:
        return await connection.scalar(text(statement)) == count


async def _has_failed(site: Site) -> bool:
    return bool((await site.batch())["status"] == "FAILED")
