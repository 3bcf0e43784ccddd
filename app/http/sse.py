"""Server-sent events for GraphQL over SSE in distinct connections mode.

Lines end in LF only, because urql splits the stream at two of them. The response closes its source
when it ends, when the client disconnects and when the server stops.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.http.media_types import EVENT_STREAM
from app.runtime.tasks import running

HEARTBEAT = ":\n\n"
COMPLETE = "event: complete\ndata:\n\n"


def next_event(document: str) -> str:
    """Frame a result, which is JSON without line breaks."""
    return f"event: next\ndata: {document}\n\n"


class EventStream(Response):
    """Sends frames as they arrive, and a comment when none arrived for a while.

    The source runs in a single task, so context variables and task groups inside it work. It is
    cancelled once, so its `finally` blocks may await.
    """

    media_type = EVENT_STREAM
    charset = "utf-8"

    def __init__(self, frames: AsyncGenerator[str, None], *, heartbeat_interval_s: float) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        self.frames = frames
        self.heartbeat_interval_s = heartbeat_interval_s
        # Proxies must not cache, compress or buffer the stream.
        self.init_headers({"cache-control": "no-store, no-transform", "x-accel-buffering": "no"})
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the frames end or the client disconnects."""
        async with (
            running(self._send(send)) as sender,
            running(_wait_for_disconnect(receive)) as watcher,
        ):
            await asyncio.wait((sender, watcher), return_when=asyncio.FIRST_COMPLETED)

    async def _send(self, send: Send) -> None:
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1)
        async with running(self._produce(queue)):
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            while (frame := await self._next_frame(queue)) is not None:
                body = frame.encode()
                await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _produce(self, queue: asyncio.Queue[str | None]) -> None:
        try:
            async with aclosing(self.frames) as frames:
                async for frame in frames:
                    await queue.put(frame)
        except Exception:
            await queue.put(None)
            raise
        await queue.put(None)

    async def _next_frame(self, queue: asyncio.Queue[str | None]) -> str | None:
        try:
            async with asyncio.timeout(self.heartbeat_interval_s):
                return await queue.get()
        except TimeoutError:
            return HEARTBEAT


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
