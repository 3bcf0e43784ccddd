"""Workers and services as real processes: killed with kill -9 during a batch, and stopped."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.background_runs import QUEUE, REMOVE, ROWS, assert_whole, follow, make_big_file
from support.genre_processes import GenreProcesses, genre_processes
from support.graphql_client import GraphQLClient
from support.sse_reading import PROGRESS, read_events
from support.waiting import until

from app.config.credentials import hash_secret

pytestmark = pytest.mark.asyncio
STATES = "{ batches { nodes { status error { code } } } }"


@pytest.fixture(scope="module")
def big_file() -> bytes:
    return make_big_file()


@pytest_asyncio.fixture(scope="module")
async def database_url(engine: AsyncEngine) -> str:
    """Create a database that the worker of other tests does not use."""
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("CREATE DATABASE killed"))
    return engine.url.set(database="killed").render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def processes(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GenreProcesses]:
    """Settings of a service without its own worker."""
    folder = tmp_path_factory.mktemp("processes")
    with genre_processes(
        folder,
        GENRE_DATABASE_URL=database_url,
        GENRE_CLIENTS=f"test:{hash_secret('test')}",
        GENRE_DATA_DIR=str(folder / "data"),
        GENRE_CHUNK_BYTES=str(256 * 1024),
        GENRE_WORKER="false",
    ) as processes:
        yield processes


@pytest_asyncio.fixture(scope="module")
async def service(processes: GenreProcesses) -> AsyncIterator[GraphQLClient]:
    """Query the service."""
    _, address = processes.serve()
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        yield GraphQLClient(http, client_id="test", client_secret="test")


async def test_another_worker_goes_on_after_kill_9(
    processes: GenreProcesses, service: GraphQLClient, big_file: bytes
) -> None:
    worker = processes.start("worker")
    batch = (await service.upload(big_file, query=QUEUE))["data"]["classifyBatch"]

    def kill() -> None:
        worker.send_signal(signal.SIGKILL)
        processes.start("worker")

    states = await follow(service, batch["id"], {1_000: kill})

    assert batch["status"] == "QUEUED"
    assert worker.wait() == -signal.SIGKILL
    assert states.count({**states[0], "status": "RUNNING"}) <= 1
    await assert_whole(service, batch["id"], states)
    assert "reading on after 0 rows" in processes.logs()
    assert processes.logs().count("reading on after") == 2
    assert "UPLOAD" not in processes.logs()
    await service.data(REMOVE, id=batch["id"])


async def test_a_worker_that_is_told_to_stop_gives_its_batch_back(
    processes: GenreProcesses, service: GraphQLClient, big_file: bytes
) -> None:
    before = [process for process in processes.running[1:] if process.poll() is None]
    batch = (await service.upload(big_file, query=QUEUE))["data"]["classifyBatch"]

    def stop() -> None:
        for process in before:
            process.send_signal(signal.SIGTERM)
        processes.start("worker")

    states = await follow(service, batch["id"], {1_000: stop})

    assert [process.wait() for process in before] == [0] * len(before)
    assert [state["status"] for state in states].count("QUEUED") >= 1
    await assert_whole(service, batch["id"], states)
    spool = Path(processes.environment["GENRE_DATA_DIR"]) / "spool"
    assert [path.name for path in spool.iterdir()] == ["originals"]
    assert [path.stem for path in (spool / "originals").iterdir()].count(batch["id"]) == 1


async def test_a_service_that_is_told_to_stop_ends_its_streams_and_gives_back_its_batch(
    processes: GenreProcesses, service: GraphQLClient, big_file: bytes
) -> None:
    for worker in processes.running[1:]:
        worker.kill()
    working, address = processes.serve(GENRE_WORKER="true")
    batch = (await service.upload(big_file, query=QUEUE))["data"]["classifyBatch"]

    last: dict[str, Any] = {}
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        async for last in read_events(http, service.headers, PROGRESS, id=batch["id"]):
            if last.get("data", {}).get("batchProgress", {}).get("rowsReceived"):
                working.send_signal(signal.SIGTERM)
    working.wait(timeout=10)
    processes.start("worker")
    states = await follow(service, batch["id"], {})

    assert last["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}
    assert 0 < states[0]["rowsReceived"] < ROWS
    await assert_whole(service, batch["id"], states)


async def test_uploads_running_or_waiting_in_a_killed_service_have_failed(
    processes: GenreProcesses, service: GraphQLClient, big_file: bytes
) -> None:
    for node in (await service.data("{ batches { nodes { id } } }"))["batches"]["nodes"]:
        await service.data(REMOVE, id=node["id"])

    async def states() -> list[tuple[str, str | None]]:
        nodes = (await service.data(STATES))["batches"]["nodes"]
        return sorted((node["status"], (node["error"] or {}).get("code")) for node in nodes)

    async def is_one_waiting() -> bool:
        return await states() == [("QUEUED", None), ("RUNNING", None)]

    async def have_failed() -> bool:
        return await states() == [("FAILED", "INTERRUPTED")] * 2

    killed, address = processes.serve(GENRE_MAX_RUNNING_BATCHES="1")
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        doomed = GraphQLClient(http, client_id="test", client_secret="test")
        uploads = [asyncio.create_task(doomed.upload(big_file * 3)) for _ in range(2)]
        await until(is_one_waiting)
        killed.kill()
        await asyncio.gather(*uploads, return_exceptions=True)
    processes.serve()  # checks for interrupted batches, as the others do regularly

    await until(have_failed)
