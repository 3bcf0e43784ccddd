"""Threads that read and predict: few at a time, and last in line for the cores.

When there is more work than cores, the event loop and Postgres come first: a query has to be
answered in milliseconds, and reading a batch waits for its rows to be written.
"""

import asyncio
import contextlib
import contextvars
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.lowlevel
import anyio.to_thread

NICENESS = 10
"""By `benchmarks.responsiveness`, p50 and p99 during an upload fall by a quarter and more."""
NAME = "genre-compute"
T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class ComputeThreads:
    """Runs work that takes many milliseconds outside the event loop.

    The threads are its own: anyio's also read and write files, for which a request waits.

    Parameters
    ----------
    count
        How many may work at a time.
    """

    def __init__(self, count: int) -> None:
        self._limiter = anyio.CapacityLimiter(count)
        self._executor = ThreadPoolExecutor(count, NAME, initializer=_lower_priority)

    async def run(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """Return what `work` returns.

        A cancelled scope no longer starts the work, but waits for work that has started.
        """
        await anyio.lowlevel.checkpoint()
        async with self._limiter:
            with anyio.CancelScope(shield=True):
                call = partial(contextvars.copy_context().run, work, *arguments)
                result = await asyncio.get_running_loop().run_in_executor(self._executor, call)
            return result  # noqa: RET504 - mypy takes it that the scope swallows errors

    async def aclose(self) -> None:
        """Wait for the work that has started, and end the threads."""
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._executor.shutdown)


def _lower_priority() -> None:
    """Lower the priority of this thread; only Linux has one for each thread."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a sandbox may forbid it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
