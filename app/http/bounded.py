"""uvicorn's HTTP/1.1, for clients that are slow, silent or too many.

uvicorn itself limits neither headers nor their time, nor how slowly a body may arrive, and it
appends trailers to the headers, credentials included.
"""

import asyncio
import json
from http import HTTPStatus

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.http.connections import HEALTH_PATH, Connections, Refusal
from app.http.sockets.server import BoundedWebSocket
from schema.core.errors import ErrorCode

LINGER_S = 2.0
"""How long what a refused client still sends is read and dropped."""
BAD_REQUEST = Refusal(400, "Invalid HTTP request received.")
SLOW_HEADERS = Refusal(408, "The headers of the request took too long.")
SLOW_BODY = Refusal(408, "The body of the request arrived too slowly.")


class RefusedError(Exception):
    """Raised in a callback of the parser to refuse the request."""


class BoundedHttp(HttpToolsProtocol):
    """A connection with limits; `bounded_http` makes the class that uvicorn is given."""

    registry: Connections
    address = ""

    _refusal: Refusal | None = None
    """What the next request is answered."""
    _is_closing = False
    _is_counted = False
    _in_headers = True
    _in_body = False
    _header_bytes = 0
    _header_count = 0
    _body_bytes = 0
    _body_deadline = 0.0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and wait for its first request."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._refusal = self.registry.enter(self.address)
        self._is_counted = True
        self._expect_headers()
        if self._refusal is not None and self.registry.is_flooded:
            self.drop(self._refusal, linger_s=0)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer()
        self._leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what arrives."""
        if self._is_closing:
            return
        self._unset_keepalive_if_required()
        if self._in_headers:
            self._header_bytes += len(data)
            # The keep-alive time is over with the first byte.
            if self._timer is None and not self._is_answering():
                self._start_timer(self.registry.limits.header_s, self._refuse_slow_headers)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._unsupported_upgrade_warning()
        except httptools.HttpParserError:
            self.drop(self._refusal or BAD_REQUEST)
        else:
            if self._in_headers and self._header_bytes > self.registry.limits.header_bytes:
                self.drop(self._too_large())

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; it is counted until it ends."""
        self._stop_timer()
        super().handle_websocket_upgrade()
        socket = self.transport.get_protocol()
        if self._is_counted and isinstance(socket, BoundedWebSocket):
            self._is_counted = False
            socket.on_lost = lambda: self.registry.leave(self.address)

    def on_message_begin(self) -> None:
        """Begin to count the headers of a request."""
        super().on_message_begin()
        self._in_headers, self._header_count = True, 0

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        self._check(len(self.url) > self.registry.limits.header_bytes)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; one that follows the body is a trailer and says nothing."""
        if not self._in_headers:
            return
        super().on_header(name, value)
        self._header_count += 1
        self._check(self._header_count > self.registry.limits.headers)

    def on_headers_complete(self) -> None:
        """Run the request, unless the server is full."""
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        self._check(size > self.registry.limits.header_bytes)
        if self._refusal is not None and self.url.partition(b"?")[0] != HEALTH_PATH:
            raise RefusedError
        self._in_headers = False
        self.registry.work(self)
        super().on_headers_complete()
        if not (self.parser.should_upgrade() and self._should_upgrade()):
            self._in_body = True
            self._body_bytes = 0
            self._body_deadline = self.loop.time() + self.registry.limits.body_s
            self._start_timer(self.registry.limits.body_window_s, self._check_body)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        super().on_message_complete()
        self._in_body = False
        self._in_headers, self._header_bytes = True, 0
        self._stop_timer()
        if self.cycle is not None and self.cycle.response_complete:
            self.registry.wait(self)

    def on_response_complete(self) -> None:
        """Wait for the next request, and not for long for the rest of this one's body."""
        super().on_response_complete()
        if self._in_body:
            self._start_timer(LINGER_S, self.transport.close)
        elif not self.transport.is_closing() and not self.pipeline:
            self.registry.wait(self)

    def drop(self, refusal: Refusal, *, linger_s: float = LINGER_S) -> None:
        """Answer, unless an answer has begun, and close the connection.

        What the client still sends is read for a moment: closing the connection before would reset
        it, and the reset can overtake the answer.
        """
        if self._is_closing or self.transport.is_closing():
            return
        self._is_closing = True
        self._unset_keepalive_if_required()
        self.registry.work(self)
        cycle, is_answering = self.cycle, self._is_answering()
        if not (is_answering and cycle.response_started) and self._has_begun():
            self.transport.write(_answer(refusal))
        if is_answering:  # for the application, the client has left
            cycle.disconnected = True
            cycle.message_event.set()
        if not linger_s:
            self.transport.close()
            return
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._start_timer(linger_s, self.transport.abort)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _has_begun(self) -> bool:
        return self._in_body or self._header_bytes > 0 or self.cycle is None

    def _expect_headers(self) -> None:
        self.registry.wait(self)
        self._start_timer(self.registry.limits.header_s, self._refuse_slow_headers)

    def _check(self, is_too_large: bool) -> None:
        if is_too_large:
            self._refusal = self._too_large()
            raise RefusedError

    def _too_large(self) -> Refusal:
        limits = self.registry.limits
        return Refusal(
            431,
            f"A request may have {limits.headers:,} headers, of {limits.header_bytes:,} bytes "
            "together.",
        )

    def _refuse_slow_headers(self) -> None:
        self.drop(SLOW_HEADERS)

    def _check_body(self) -> None:
        """Refuse a body that arrives too slowly, unless the service itself has stopped reading."""
        limits = self.registry.limits
        least = 0 if self._is_held_up() else limits.body_bytes_per_s * limits.body_window_s
        if self._body_bytes < least or self.loop.time() > self._body_deadline:
            self.drop(SLOW_BODY)
            return
        self._body_bytes = 0
        self._start_timer(limits.body_window_s, self._check_body)

    def _is_held_up(self) -> bool:
        return self.flow.read_paused or self.cycle.waiting_for_100_continue

    def _start_timer(self, delay_s: float, call: object) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(delay_s, call)  # type: ignore[arg-type]

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _leave(self) -> None:
        self.registry.work(self)
        if self._is_counted:
            self._is_counted = False
            self.registry.leave(self.address)


def bounded_http(connections: Connections) -> type[BoundedHttp]:
    """Return the protocol of a server."""

    class Bounded(BoundedHttp):
        registry = connections

    return Bounded


def _answer(refusal: Refusal) -> bytes:
    """Return a whole response, in the format of GraphQL errors."""
    is_ours = refusal.status in (429, 503)
    code = ErrorCode.SERVICE_UNAVAILABLE if is_ours else ErrorCode.BAD_USER_INPUT
    extensions = {"code": str(code), **({"retryable": True} if is_ours else {})}
    error = {"message": refusal.message, "extensions": extensions}
    body = json.dumps({"errors": [error]}).encode()
    retry = "" if refusal.retry_after_s is None else f"retry-after: {refusal.retry_after_s}\r\n"
    head = (
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}\r\n"
        f"content-type: application/json; charset=utf-8\r\ncontent-length: {len(body)}\r\n"
        f"{retry}connection: close\r\n\r\n"
    )
    return head.encode() + body
