"""Send an export to a client of any speed without making Postgres wait for the client.

The rows are one snapshot, so they are read in one transaction, which holds a connection and keeps
Postgres from vacuuming. The reader therefore runs ahead, and an unnamed temporary file holds what
the client has not received yet.
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

from app.exports.slots import ExportSlots
from app.runtime.tasks import running

PART_BYTES = 256 * 1024


class ExportResponse(StreamingResponse):
    """Closes its parts when the client has received them all or disconnects."""

    def __init__(self, parts: AsyncGenerator[bytes, None], headers: dict[str, str]) -> None:
        super().__init__(parts, headers=headers)
        self._parts = parts

    @classmethod
    async def begin(
        cls, parts: AsyncGenerator[bytes, None], headers: dict[str, str]
    ) -> "ExportResponse":
        """Wait for the first part; an error after it aborts the connection."""
        return cls(_rejoin(await anext(parts, b""), parts), headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the parts; an error aborts the connection, which clients notice."""
        async with aclosing(self._parts):
            await super().__call__(scope, receive, send)


async def read_ahead(
    parts: AsyncGenerator[bytes, None], slots: ExportSlots
) -> AsyncGenerator[bytes, None]:
    """Read the parts as fast as they arrive, and yield their bytes as fast as they are consumed.

    An error is raised after the bytes that were read before it.

    Raises
    ------
    TooManyExportsError
        No slot is free; nothing was read.
    """
    with slots.take(), tempfile.TemporaryFile() as file:
        ahead = _Ahead(file)
        async with running(ahead.write(parts, slots.readers)) as task:
            task.add_done_callback(lambda _: ahead.grown.set())
            while part := await ahead.read(task):
                yield part


async def _rejoin(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield first
        async for part in rest:
            yield part


class _Ahead:
    """The bytes read but not yet sent."""

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
        """Wait for bytes and return them; return none at the end."""
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
