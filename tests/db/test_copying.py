"""A COPY ends when its connection does, even while the socket is full."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from support.postgres_processes import holder

from db.copying import copy_to_table

pytestmark = pytest.mark.asyncio
BLOCK = b"x" * 65_535 + b"\n"


async def test_a_copy_whose_backend_stops_and_dies_ends(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        connection = await asyncpg.connect(other.url.replace("+asyncpg", ""))
        await connection.execute("CREATE TABLE copied (line text)")
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        sent, begun = 0, asyncio.Event()

        async def blocks() -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 1
                yield BLOCK
                begun.set()
                await asyncio.sleep(0)

        copying = asyncio.create_task(copy_to_table(connection, "copied", source=blocks()))
        await begun.wait()
        os.kill(backend, signal.SIGSTOP)
        before = -1
        while before < sent:  # until the socket takes no more
            before = sent
            await asyncio.sleep(0.2)
        os.kill(backend, signal.SIGKILL)

        with pytest.raises(asyncpg.PostgresConnectionError):
            async with asyncio.timeout(20):
                await copying


async def test_a_cancelled_copy_is_cancelled(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        connection = await asyncpg.connect(other.url.replace("+asyncpg", ""))
        await connection.execute("CREATE TABLE copied (line text)")
        begun = asyncio.Event()

        async def blocks() -> AsyncIterator[bytes]:
            yield BLOCK
            begun.set()
            await asyncio.Event().wait()

        copying = asyncio.create_task(copy_to_table(connection, "copied", source=blocks()))
        await begun.wait()
        copying.cancel()
        await asyncio.wait([copying], timeout=20)

        assert copying.cancelled()
        assert await connection.fetchval("SELECT count(*) FROM copied") == 0
        await connection.close()
