"""Computing threads: few at a time, and behind the event loop in line for the cores."""

import os
import sys
import threading

import anyio
import pytest

from app.runtime.threads import NICENESS, ComputeThreads

pytestmark = pytest.mark.asyncio


def niceness() -> int:
    """Return how far the present thread gives way."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no niceness")
async def test_computing_gives_way_to_the_event_loop() -> None:
    before = niceness()

    computing = await ComputeThreads(1).run(niceness)

    assert computing == NICENESS
    assert niceness() == before < NICENESS


async def test_no_more_than_so_many_compute_at_a_time() -> None:
    threads, running, most = ComputeThreads(2), 0, 0
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
