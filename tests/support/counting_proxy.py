"""A proxy in front of Postgres that counts round trips, and can stop passing anything on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class CountingProxy:
    """Counts how often a client sends something after Postgres has answered."""

    def __init__(self) -> None:
        self.round_trips = 0

    async def pass_on(
        self, target: Path, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        server, to_server = await asyncio.open_unix_connection(target / SOCKET)
        has_answered = True

        async def forward() -> None:
            nonlocal has_answered
            while data := await client.read(65_536):
                self.round_trips += has_answered
                has_answered = False
                to_server.write(data)
            to_server.close()

        async def back() -> None:
            nonlocal has_answered
            while data := await server.read(65_536):
                has_answered = True
                to_client.write(data)
            to_client.close()

        with contextlib.suppress(OSError):
            await asyncio.gather(forward(), back())


@contextlib.asynccontextmanager
async def counting_proxy(folder: Path, target: Path) -> AsyncIterator[CountingProxy]:
    """Listen in `folder`, as Postgres does in `target`."""
    proxy = CountingProxy()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await proxy.pass_on(target, reader, writer)

    async with await asyncio.start_unix_server(serve, folder / SOCKET):
        yield proxy
