"""Notice that the client of the present request disconnects while its upload waits.

An event stream notices it by itself and is cancelled. A plain answer is not: whoever reads only the
body of a request learns of nothing that comes after it.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

import anyio
from starlette.types import Receive

_receive: ContextVar[Receive | None] = ContextVar("receive", default=None)


@contextlib.contextmanager
def request_of(receive: Receive) -> Iterator[None]:
    """Let `client_disconnects` watch a request, whose body is read, during the block."""
    token = _receive.set(receive)
    try:
        yield
    finally:
        _receive.reset(token)


async def client_disconnects() -> None:
    """Return once the client has disconnected; never, where there is none to watch."""
    receive = _receive.get()
    if receive is None:
        await anyio.sleep_forever()
    else:
        while (await receive())["type"] != "http.disconnect":
            pass
