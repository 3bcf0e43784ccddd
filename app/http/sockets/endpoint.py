"""Serve GraphQL over WebSockets to stock clients, by the protocol `graphql-transport-ws`.

It is specified by the npm package graphql-ws (PROTOCOL.md). The client sends its credentials in the
payload of `connection_init`; until then nothing is parsed but that message and pings.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http.typevars import Context
from strawberry.schema import BaseSchema

from app.http.errors import ErrorResponse, RefusedRequestError
from app.http.request_body import check_parameters
from app.http.sign_ins import SignIns, TooManyFailuresError
from app.http.sockets.channel import Channel, CloseCode, CloseSocketError
from app.http.sockets.operations import Operations
from app.http.sockets.origin import is_allowed
from app.http.sockets.places import SocketPlaces
from schema.core.errors import ErrorCode

SUBPROTOCOL = "graphql-transport-ws"


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """What a WebSocket may take; the server bounds the size of its messages."""

    connections: int = 1000
    connections_per_client: int = 100
    operations: int = 20
    init_s: float = 5.0
    idle_s: float = 300.0
    send_s: float = 20.0
    """How long a client may leave a message unread that no longer fits the buffers."""


class GraphQLSockets(Generic[Context]):
    """The ASGI application behind `/graphql` for WebSockets.

    Parameters
    ----------
    build_context
        Builds the resolvers' context of an operation from the WebSocket and its client.
    sign_ins
        Verifies the credentials.
    origins
        Origins whose pages may connect, besides this service's own.
    """

    def __init__(
        self,
        schema: BaseSchema,
        *,
        build_context: Callable[[WebSocket, str], Context],
        sign_ins: SignIns,
        origins: Collection[str] = (),
        limits: SocketLimits | None = None,
    ) -> None:
        self.schema = schema
        self.build_context = build_context
        self.sign_ins = sign_ins
        self.origins = origins
        self.limits = limits or SocketLimits()
        self.places = SocketPlaces(self.limits.connections, self.limits.connections_per_client)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket to its end."""
        socket = WebSocket(scope, receive, send)
        await socket.receive()  # the request to connect
        if not is_allowed(Headers(scope=scope), self.origins):
            return await _refuse(socket, 403, "This origin may not connect.", ErrorCode.FORBIDDEN)
        if not self.places.has_room():
            message = "Too many connections are open. Try again in a moment."
            return await _refuse(socket, 503, message, ErrorCode.SERVICE_UNAVAILABLE)
        channel = Channel(socket, send_timeout_s=self.limits.send_s)
        try:
            await self._serve(socket, channel)
        except* (WebSocketDisconnect, TimeoutError):
            pass
        return None

    async def _serve(self, socket: WebSocket, channel: Channel) -> None:
        try:
            with self.places.stranger():
                client_id = await self._greet(socket, channel)
            with self.places.client(client_id):
                await channel.send("connection_ack")
                await self._run_operations(channel, partial(self.build_context, socket, client_id))
        except* CloseSocketError as group:
            error = _first(group)
            await channel.close(error.code, error.reason)

    async def _greet(self, socket: WebSocket, channel: Channel) -> str:
        """Return the client once it has sent valid credentials."""
        if SUBPROTOCOL not in socket.scope["subprotocols"]:
            await socket.accept()
            message = f"The subprotocol must be {SUBPROTOCOL}."
            raise CloseSocketError(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, message)
        await socket.accept(SUBPROTOCOL)
        try:
            async with asyncio.timeout(self.limits.init_s):
                payload = await _receive_init(channel)
        except TimeoutError:
            message = "Connection initialisation timeout"
            raise CloseSocketError(CloseCode.INIT_TIMEOUT, message) from None
        client_id, secret = (payload.get(name) for name in ("client-id", "client-secret"))
        verified = None
        if isinstance(client_id, str) and isinstance(secret, str):
            try:
                verified = self.sign_ins.verify(socket.scope, client_id, secret)
            except TooManyFailuresError as error:
                raise CloseSocketError(CloseCode.TRY_AGAIN_LATER, str(error)) from None
        if verified is None:
            message = "client-id and client-secret in the payload must name a known client."
            raise CloseSocketError(CloseCode.FORBIDDEN, message)
        return verified

    async def _run_operations(self, channel: Channel, build_context: Callable[[], Context]) -> None:
        async with asyncio.TaskGroup() as tasks:
            operations = Operations(
                channel, self.schema, build_context, tasks, self.limits.operations
            )
            tasks.create_task(_close_when_idle(operations, self.limits.idle_s))
            while True:
                await _handle(await channel.receive(), channel, operations)


async def _receive_init(channel: Channel) -> dict[str, Any]:
    """Return the payload of `connection_init`; before it, only pings are allowed."""
    while (message := await channel.receive())["type"] != "connection_init":
        if message["type"] == "ping":
            await channel.send("pong")
        elif message["type"] == "subscribe":
            raise CloseSocketError(CloseCode.UNAUTHORIZED, "Unauthorized")
        elif message["type"] != "pong":
            raise _unexpected(message)
    payload = message.get("payload")
    if not isinstance(payload, dict | None):
        raise CloseSocketError(CloseCode.BAD_REQUEST, "The payload must be an object.")
    return payload or {}


async def _handle(
    message: dict[str, Any], channel: Channel, operations: Operations[Context]
) -> None:
    match message:
        case {"type": "ping"}:
            await channel.send("pong")
        case {"type": "pong"}:
            pass
        case {"type": "connection_init"}:
            raise CloseSocketError(CloseCode.TOO_MANY_INITS, "Too many initialisation requests")
        case {"type": "subscribe", "id": str(key), "payload": payload} if key:
            try:
                operation = check_parameters(payload)
            except RefusedRequestError as error:
                raise CloseSocketError(CloseCode.BAD_REQUEST, error.message) from None
            await operations.start(key, operation)
        case {"type": "complete", "id": str(key)}:
            operations.stop(key)
        case _:
            raise _unexpected(message)


async def _close_when_idle(operations: Operations[Context], idle_s: float) -> None:
    while True:
        await operations.idle.wait()
        try:
            async with asyncio.timeout(idle_s):
                await operations.busy.wait()
        except TimeoutError:
            raise CloseSocketError(CloseCode.NORMAL, "Idle") from None


async def _refuse(socket: WebSocket, status: int, message: str, code: ErrorCode) -> None:
    """Answer the request to connect with an HTTP error."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(ErrorResponse(status, message, code))
    else:
        await socket.close()


def _unexpected(message: dict[str, Any]) -> CloseSocketError:
    kind = message["type"][:40]
    return CloseSocketError(CloseCode.BAD_REQUEST, f"The message `{kind}` is not expected here.")


def _first(group: BaseExceptionGroup[CloseSocketError]) -> CloseSocketError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, CloseSocketError)
    return error
