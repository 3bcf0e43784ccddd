"""Wait for another task or process."""

import time
from collections.abc import Awaitable, Callable
from itertools import count

import anyio


async def until(condition: Callable[[], Awaitable[object]], *, timeout_s: float = 20) -> None:
    """Return as soon as the condition holds; fail if it does not in time."""
    deadline = time.monotonic() + timeout_s
    for _ in count():
        if await condition():
            return
        assert time.monotonic() < deadline, "the condition does not come true"
        await anyio.sleep(0.005)
