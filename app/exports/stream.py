"""Send an export to a client of any speed without keeping Postgres waiting for it.

The rows are one snapshot, so they are read in one transaction; it holds a connection, and keeps
Postgres from cleaning up. Therefore the reader goes ahead, and what the client has not taken yet
waits in a file without a name.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import BinaryIO

import anyio
import anyio.to_thread
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.runtime.tasks import running

PART_BYTES = 256 * 1024


class ExportResponse(StreamingResponse):
    """Closes its parts as soon as the client has them all, or went away."""

    def __init__(self, parts: AsyncGenerator[bytes, None], headers: dict[str, str]) -> None:
        super().__init__(parts, headers=headers)
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the parts; an error in the middle breaks the connection, which clients notice."""
        async with aclosing(self._parts):
            await super().__call__(scope, receive, send)


async def read_ahead(
    parts: AsyncGenerator[bytes, None], readers: anyio.Semaphore
) -> AsyncGenerator[bytes, None]:
    """Take the parts as fast as they come, and yield their bytes as fast as they are wanted.

    `readers` bounds how many read at a time; an error comes after what was read before it.
    """
    with tempfile.TemporaryFile() as file:
        ahead = _Ahead(file)
        async with running(ahead.write(parts, readers)) as task:
            task.add_done_callback(lambda _: ahead.grown.set())
            while part := await ahead.read(task):
                yield part


class _Ahead:
    """What was read and is not sent yet."""

    def __init__(self, file: BinaryIO) -> None:
        self.grown = asyncio.Event()
        self._file = file
        self._written = 0
        self._taken = 0

    async def write(self, parts: AsyncGenerator[bytes, None], readers: anyio.Semaphore) -> None:
        async with readers, aclosing(parts):
            async for part in parts:
                await anyio.to_thread.run_sync(self._append, part)
                self._written += len(part)
                self.grown.set()

    async def read(self, writing: asyncio.Task[None]) -> bytes:
        """Return the next bytes, as soon as there are some; none at the end."""
        while self._taken == self._written:
            if writing.done():
                writing.result()
                return b""
            self.grown.clear()
            await self.grown.wait()
        size = min(PART_BYTES, self._written - self._taken)
        part = await anyio.to_thread.run_sync(os.pread, self._file.fileno(), size, self._taken)
        self._taken += len(part)
        return part

    def _append(self, part: bytes) -> None:
        self._file.write(part)
        self._file.flush()
