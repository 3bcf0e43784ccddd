"""Middleware that runs before every endpoint: request id, credentials, body size.

Pure ASGI, because Starlette's `BaseHTTPMiddleware` handles neither websockets nor streams. Mount in
this order, outermost first: `RequestIdMiddleware`, CORS, `CredentialsMiddleware`,
`BodyLimitMiddleware`. A refused body is never parsed.
"""

import re
import uuid
from collections.abc import Collection
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from app.config.request_id import REQUEST_ID
from app.http.errors import ErrorResponse, refuse_unread
from app.http.media_types import MULTIPART_FORM, read_media_type
from app.http.sign_ins import SignIns, TooManyFailuresError, refuse_sign_in
from schema.core.errors import ErrorCode

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
CHALLENGE = 'ClientSecret realm="genre", headers="client-id client-secret"'


class RequestIdMiddleware:
    """Gives each request an id: in `scope["state"]`, in the response and in the logs.

    A proxy's `x-request-id` is kept if it is safe to log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the inner application with a request id."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        given = _single_header(scope, b"x-request-id") or ""
        request_id = given if SANE_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        token = REQUEST_ID.set(request_id)
        try:
            await self.app(_with_state(scope, request_id=request_id), receive, send_with_id)
        finally:
            REQUEST_ID.reset(token)


class CredentialsMiddleware:
    """Lets only known clients reach the protected paths and everything below them.

    The client's id is stored in `scope["state"]["client_id"]`. Endpoints should require it there,
    so that a request that bypassed this middleware fails. WebSockets are refused except at
    `socket_paths`, whose endpoint must check credentials itself: a browser cannot send headers with
    a WebSocket.
    """

    def __init__(
        self,
        app: ASGIApp,
        sign_ins: SignIns,
        paths: Collection[str],
        socket_paths: Collection[str] = (),
    ) -> None:
        self.app = app
        self.sign_ins = sign_ins
        self.paths = tuple(path.rstrip("/") for path in paths)
        self.socket_paths = frozenset(socket_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the headers before any of the body is read."""
        if scope["type"] == "websocket" and not self.checks_itself(scope):
            return await WebSocketClose(code=1008)(scope, receive, send)
        if scope["type"] != "http" or not self.is_protected(scope):
            return await self.app(scope, receive, send)
        client_id = _single_header(scope, b"client-id")
        client_secret = _single_header(scope, b"client-secret")
        verified = None
        if client_id and client_secret:
            try:
                verified = self.sign_ins.verify(scope, client_id, client_secret)
            except TooManyFailuresError as error:
                return await refuse_unread(refuse_sign_in(error), scope, receive, send)
        if verified is None:
            response = ErrorResponse(
                401,
                "The headers client-id and client-secret must name a known client.",
                ErrorCode.UNAUTHENTICATED,
                headers={"www-authenticate": CHALLENGE},
            )
            return await refuse_unread(response, scope, receive, send)
        return await self.app(_with_state(scope, client_id=verified), receive, send)

    def checks_itself(self, scope: Scope) -> bool:
        """Return whether the endpoint of a WebSocket checks the credentials."""
        path: str = scope["path"]
        return path.removeprefix(scope.get("root_path", "")) in self.socket_paths

    def is_protected(self, scope: Scope) -> bool:
        """Return whether the request needs credentials; a preflight cannot carry any.

        Both the full path and the path below the server's root path are compared.
        """
        if scope["method"] == "OPTIONS":
            return False
        whole: str = scope["path"]
        below = whole.removeprefix(scope.get("root_path", ""))
        return any(
            candidate == path or candidate.startswith(f"{path}/")
            for path in self.paths
            for candidate in (whole, below)
        )


class BodyTooLargeError(Exception):
    """The body exceeded its limit while being read."""


class BodyLimitMiddleware:
    """Responds 413 to a body over its limit, by its declared length or as it arrives.

    Parameters
    ----------
    max_bytes
        For multipart bodies, including the form around the files.
    max_json_bytes
        For all others; they are held in memory.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_json_bytes: int = 8 * 1024 * 1024) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.max_json_bytes = max_json_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the inner application on a body that cannot exceed the limit."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        limit = self.limit(scope)
        declared = _single_header(scope, b"content-length") or ""
        if declared.isdecimal() and (len(declared) > 18 or int(declared) > limit):
            return await self._refuse(limit, scope, receive, send)
        body = CountedBody(receive, send, limit)
        try:
            await self.app(scope, body.receive, body.send)
        except BodyTooLargeError:
            if body.is_answered:
                raise
        if body.is_over and not body.is_answered:
            return await self._refuse(limit, scope, receive, send)
        return None

    def limit(self, scope: Scope) -> int:
        """Return the limit for the body's media type."""
        media_type, _ = read_media_type(_single_header(scope, b"content-type") or "")
        return self.max_bytes if media_type == MULTIPART_FORM else self.max_json_bytes

    async def _refuse(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        response = ErrorResponse(
            413,
            f"The body is larger than {limit:,} bytes.",
            ErrorCode.UPLOAD_TOO_LARGE,
            limit=limit,
        )
        await refuse_unread(response, scope, receive, send)


class CountedBody:
    """The channels of a request, closed once the body is over the limit."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._left = limit
        self.is_over = False
        self.is_answered = False

    async def receive(self) -> Message:
        """Pass on a message unless it exceeds the limit."""
        if self.is_over:
            raise BodyTooLargeError
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.is_over = True
            raise BodyTooLargeError
        return message

    async def send(self, message: Message) -> None:
        """Pass on a message unless the response will be 413."""
        if self.is_over and not self.is_answered:
            return
        self.is_answered = True
        await self._send(message)


def _single_header(scope: Scope, name: bytes) -> str | None:
    """Return a header that occurs exactly once; a repeated one is ambiguous."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None


def _with_state(scope: Scope, **values: Any) -> Scope:
    return {**scope, "state": {**scope.get("state", {}), **values}}
