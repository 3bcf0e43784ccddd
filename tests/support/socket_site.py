"""A small schema behind uvicorn, whose subscriptions tests can control."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from app.config.request_id import current_request_id
from app.http.middleware import CredentialsMiddleware, RequestIdMiddleware
from app.http.sign_ins import SignIns
from app.http.sockets.endpoint import GraphQLSockets, SocketLimits
from app.http.sockets.server import BoundedWebSocket
from schema.core.errors import ErrorCodes, QuietSchema


class Served:
    """A running server."""

    def __init__(self, address: str, sockets: GraphQLSockets[str], server: uvicorn.Server) -> None:
        self.address = address
        self.sockets = sockets
        self.server = server
        self.open_sources = OPEN

    async def settle(self) -> None:
        """Wait until no connection and no source is open."""
        async with asyncio.timeout(10):
            while self.sockets.places.count or OPEN:  # noqa: ASYNC110, there is no event
                await asyncio.sleep(0.01)


OPEN: set[object] = set()
"""The sources of subscriptions that are open."""


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, info: strawberry.Info[str, None], name: str = "you") -> str:
        return f"hello {name} from {info.context}"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def shout(self, text: str) -> str:
        return text.upper()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def forever(self) -> AsyncGenerator[int, None]:
        token = object()
        OPEN.add(token)
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            OPEN.discard(token)

    @strawberry.subscription
    async def flood(self) -> AsyncGenerator[str, None]:
        token = object()
        OPEN.add(token)
        try:
            while True:
                yield "x" * 100_000
        finally:
            OPEN.discard(token)

    @strawberry.subscription
    async def failing(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("postgresql://user:password@host")


@asynccontextmanager
async def serving(
    *, max_size: int = 65_536, origins: tuple[str, ...] = (), **limits: float
) -> AsyncIterator[Served]:
    codes = partial(ErrorCodes, request_id=current_request_id)
    sockets = GraphQLSockets(
        QuietSchema(Query, Mutation, Subscription, extensions=[codes]),
        build_context=lambda _, client_id: client_id,
        sign_ins=SignIns(
            lambda name, secret: name if secret == "test" else None, clock=lambda: 0.0
        ),
        origins=origins,
        limits=SocketLimits(**limits),  # type: ignore[arg-type]
    )
    app = CredentialsMiddleware(
        Starlette(routes=[WebSocketRoute("/graphql", sockets)]),
        sign_ins=SignIns(lambda *_: None),
        paths=["/graphql"],
        socket_paths=["/graphql"],
    )
    config = uvicorn.Config(
        RequestIdMiddleware(app),
        log_config=None,
        ws=BoundedWebSocket,
        ws_max_size=max_size,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve([listener]))
        try:
            port = listener.getsockname()[1]
            yield Served(f"http://127.0.0.1:{port}", sockets, server)
        finally:
            server.should_exit = True
            await task
