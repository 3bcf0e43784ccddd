"""Compute threads: few at a time, and with a lower priority than the event loop."""

import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx
import pytest
import pytest_asyncio
from asgi_lifespan import LifespanManager
from support.graphql_client import GraphQLClient

from app.config.settings import Settings
from app.main import create_app
from app.runtime.threads import NAME, NICENESS, ComputeThreads

pytestmark = pytest.mark.asyncio


FILE_THREADS = 8
VALUE: ContextVar[str] = ContextVar("VALUE")


@pytest_asyncio.fixture
async def threads() -> AsyncIterator[ComputeThreads]:
    async with aclosing(ComputeThreads(2)) as threads:
        yield threads


def niceness() -> int:
    """Return the niceness of this thread."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def computing() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith(NAME)}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no niceness")
async def test_computing_gives_way_to_the_event_loop_and_to_files(threads: ComputeThreads) -> None:
    before = niceness()
    met = threading.Barrier(FILE_THREADS)  # so that each call has a thread to itself

    def read_file() -> int:
        met.wait(timeout=10)
        return niceness()

    files = []

    async def read() -> None:
        files.append(await anyio.to_thread.run_sync(read_file))

    found = await threads.run(niceness)
    async with anyio.create_task_group() as group:
        for _ in range(FILE_THREADS):
            group.start_soon(read)

    assert found == NICENESS
    assert files == [before] * FILE_THREADS
    assert niceness() == before < NICENESS


async def test_no_more_than_so_many_compute_at_a_time(threads: ComputeThreads) -> None:
    running, most = 0, 0
    all_there = threading.Barrier(2)  # two must meet, or it breaks
    lock = threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        all_there.wait(timeout=10)
        with lock:
            running -= 1

    async with anyio.create_task_group() as tasks:
        for _ in range(6):
            tasks.start_soon(threads.run, work)

    assert (running, most) == (0, 2)


async def test_work_that_has_started_is_waited_for(threads: ComputeThreads) -> None:
    started, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        go_on.wait(timeout=10)
        done.set()

    async with anyio.create_task_group() as group:
        group.start_soon(threads.run, work)
        await anyio.to_thread.run_sync(started.wait, 10)
        group.cancel_scope.cancel()
        threading.Timer(0.05, go_on.set).start()

    assert done.is_set()


async def test_work_that_waits_is_not_started_once_cancelled(threads: ComputeThreads) -> None:
    go_on, begun = threading.Event(), []

    def work(number: int) -> None:
        begun.append(number)
        go_on.wait(timeout=10)

    async with anyio.create_task_group() as group:
        for number in range(5):
            group.start_soon(threads.run, work, number)
        while len(begun) < 2:
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
        go_on.set()

    assert sorted(begun) == [0, 1]


async def test_work_sees_the_context_of_its_caller(threads: ComputeThreads) -> None:
    VALUE.set("request 7")

    assert await threads.run(VALUE.get) == "request 7"


async def test_threads_end_with_the_service(
    settings: Settings, api: GraphQLClient, sample: bytes
) -> None:
    before = computing()
    async with (
        LifespanManager(create_app(settings)) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app), base_url="http://genre.test"
        ) as http,
    ):
        await GraphQLClient(http, client_id="test", client_secret="test").classify(sample)
        started = computing() - before
        assert started

    assert not started & computing()
