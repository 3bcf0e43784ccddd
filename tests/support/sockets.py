"""Talk `graphql-transport-ws` to a real server, message by message."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PATIENCE_S = 10
CREDENTIALS = {"client-id": "test", "client-secret": "test"}


class Socket:
    """A client that does nothing on its own."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, kind: str, **values: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, **values}))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def subscribe(self, key: str, query: str, **variables: Any) -> None:
        await self.send("subscribe", id=key, payload={"query": query, "variables": variables})

    async def collect(self, key: str) -> list[dict[str, Any]]:
        """Return the messages about an operation up to its last; there must be no others."""
        messages = [await self.receive()]
        while messages[-1]["type"] == "next":
            messages.append(await self.receive())
        assert {message["id"] for message in messages} == {key}
        return messages

    async def greet(self, **payload: Any) -> dict[str, Any]:
        await self.send("connection_init", payload=payload or CREDENTIALS)
        return await self.receive()

    async def close_code(self) -> tuple[int, str]:
        """Return why the server closes the connection; it must send nothing before."""
        try:
            message = await self.receive()
        except ConnectionClosed:
            close = self.connection.protocol.close_rcvd
            assert close is not None, "lost without a close frame"
            return close.code, close.reason
        raise AssertionError(message)


@asynccontextmanager
async def open_socket(
    address: str, *, protocol: str = "graphql-transport-ws", **options: Any
) -> AsyncIterator[Socket]:
    """Connect, without greeting."""
    url = f"{address.replace('http', 'ws', 1)}/graphql"
    async with connect(
        url, subprotocols=[Subprotocol(protocol)], compression=None, **options
    ) as connection:
        yield Socket(connection)


@asynccontextmanager
async def greeted(address: str) -> AsyncIterator[Socket]:
    """Connect with credentials."""
    async with open_socket(address) as socket:
        assert await socket.greet() == {"type": "connection_ack"}
        yield socket
