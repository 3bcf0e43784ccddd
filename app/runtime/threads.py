"""Threads that read and predict: few at a time, and last in line for the cores.

Where there are fewer cores than work, the event loop and Postgres come first: a query has to be
answered in milliseconds, and the writing of a batch is what its reading waits for.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.to_thread

NICENESS = 10
"""By `benchmarks.responsiveness`, p50 and p99 during an upload fall by a quarter and more."""
T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")
_this_thread = threading.local()


class ComputeThreads:
    """Runs work of many milliseconds beside the event loop.

    Parameters
    ----------
    count
        How many may work at a time; anyio's pool has 40 threads, and file input uses it too.
    """

    def __init__(self, count: int) -> None:
        self._limiter = anyio.CapacityLimiter(count)

    async def run(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """Return what `work` returns; once begun, it is not cancelled but waited for."""
        return await anyio.to_thread.run_sync(_run, work, *arguments, limiter=self._limiter)


def _run(work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
    _give_way()
    return work(*arguments)


def _give_way() -> None:
    """Have this thread of anyio's pool give way from now on; on Linux, which knows threads."""
    if sys.platform != "linux" or getattr(_this_thread, "gives_way", False):
        return
    _this_thread.gives_way = True
    with contextlib.suppress(OSError):  # a sandbox may forbid it
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
