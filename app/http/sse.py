"""Server-sent events as GraphQL over SSE, distinct connections mode, wants them.

Lines end in LF only: urql splits the stream at two of them. The response owns its source: it is
closed when it ends, when the client disconnects and when the server stops.
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
    """Frame one result, a JSON text without line breaks."""
    return f"event: next\ndata: {document}\n\n"


class EventStream(Response):
    """Send frames as they come and a comment when none came for a while.

    The source runs in one task from its start to its end, so that context variables and task
    groups inside it work. asyncio cancels it once: its `finally` blocks may await.
    """

    media_type = EVENT_STREAM
    charset = "utf-8"

    def __init__(self, frames: AsyncGenerator[str, None], *, heartbeat_interval_s: float) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        self.frames = frames
        self.heartbeat_interval_s = heartbeat_interval_s
        # A proxy must neither keep, compress nor hold back what passes.
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
