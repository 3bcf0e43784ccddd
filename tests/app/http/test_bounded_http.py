"""Silent, slow and too many connections are cut, and /healthz answers throughout."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
import uvicorn

from app.http.bounded import bounded_http
from app.http.connections import ConnectionLimits, Connections
from app.http.sockets.server import BoundedWebSocket

pytestmark = pytest.mark.asyncio
LIMITS = ConnectionLimits(
    total=20, per_address=10, header_s=0.5, body_window_s=0.3, body_bytes_per_s=100, body_s=60
)
SLOW_HEADERS = ConnectionLimits(total=20, per_address=10, header_s=60)
Headers = list[tuple[bytes, bytes]]


@dataclass
class Site:
    """A server whose application reads the body, then tells what it got."""

    port: int
    connections: Connections
    seen: list[Headers] = field(default_factory=list)
    started: int = 0
    has_started: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, *parts: bytes) -> bytes:
        """Send parts, and return all that is answered until the connection is closed."""
        reader, writer = await self.open()
        for part in parts:
            writer.write(part)
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
        return answer


@contextlib.asynccontextmanager
async def serving(limits: ConnectionLimits) -> AsyncIterator[Site]:
    """Run a server."""
    site = Site(0, Connections(limits))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        size = 0
        site.started += 1
        site.has_started.set()
        while scope["path"] != "/healthz":
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size += len(message["body"])
            if not message["more_body"]:
                break
        site.seen.append(list(scope["headers"]))
        body = json.dumps({"path": scope["path"], "bytes": size}).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(
        app,
        port=0,
        lifespan="off",
        log_config=None,
        http=bounded_http(site.connections),
        ws=BoundedWebSocket,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with server.capture_signals():
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        site.port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield site
        finally:
            await server.shutdown()


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """A server with tight limits."""
    async with serving(LIMITS) as site:
        yield site


def get(path: bytes = b"/", *headers: bytes) -> bytes:
    """Return a request for one answer."""
    lines = [b"GET %s HTTP/1.1" % path, b"host: x", b"connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def status(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer.split()[1])


async def test_answers_as_before(site: Site) -> None:
    answer = await site.ask(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello" + get())

    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert b'{"path": "/", "bytes": 5}' in answer
    assert site.connections.count == 0


async def test_closes_silent_connections_and_slow_headers(site: Site) -> None:
    answers = await asyncio.gather(site.ask(), site.ask(b"GET / HTTP/1.1\r\nhos"))

    assert [status(answer) for answer in answers] == [408, 408]


async def test_blank_lines_do_not_keep_a_connection_open(site: Site) -> None:
    reader, writer = await site.open()
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    await reader.readuntil(b"}")
    writer.write(b"\r\n")

    async with asyncio.timeout(20):
        assert status(await reader.read()) == 408
    writer.close()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"content-length: 1000\r\n\r\nab", id="length"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n", id="chunks"),
    ],
)
async def test_cuts_a_slow_body(site: Site, body: bytes) -> None:
    answer = await site.ask(b"POST / HTTP/1.1\r\nhost: x\r\n" + body)

    assert status(answer) == 408
    assert b"too slowly" in answer
    assert not site.seen


async def test_cuts_endless_chunks_after_a_while() -> None:
    limits = ConnectionLimits(body_window_s=0.05, body_bytes_per_s=1, body_s=0.3)
    async with serving(limits) as site:
        reader, writer = await site.open()
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")

        async def send() -> None:
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(b"64\r\n" + b"x" * 100 + b"\r\n")
                    await writer.drain()
                    await asyncio.sleep(0)

        sending = asyncio.create_task(send())
        async with asyncio.timeout(20):
            answer = await reader.readuntil(b"}]}")
        sending.cancel()
        writer.close()

    assert status(answer) == 408


async def test_a_body_that_nobody_reads_ends_with_its_answer(site: Site) -> None:
    body = b"POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nab"

    assert status(await site.ask(body)) == 200  # and the connection is closed


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(get(b"/", *[b"a: b"] * 10_000), id="many"),
        pytest.param(get(b"/", b"a: " + b"x" * 70_000), id="long"),
        pytest.param(b"GET / HTTP/1.1\r\na: " + b"x" * 70_000, id="unfinished"),
        pytest.param(get(b"/" + b"x" * 70_000), id="address"),
        pytest.param(get(b"/", *[b"a: " + b"x" * 900] * 80), id="together"),
    ],
)
async def test_refuses_large_headers(site: Site, request_: bytes) -> None:
    answer = await site.ask(request_)

    assert status(answer) == 431
    assert not site.seen


async def test_the_oldest_silent_connections_make_room() -> None:
    async with serving(SLOW_HEADERS) as site:
        silent = [await site.open() for _ in range(50)]

        assert status(await site.ask(get(b"/healthz"))) == 200
        assert status(await site.ask(get())) == 200
        assert site.connections.count <= SLOW_HEADERS.per_address

        async with asyncio.timeout(20):
            assert status(await silent[0][0].read()) == 429
        for _, writer in silent:
            writer.close()


async def test_only_health_is_answered_while_all_connections_are_busy() -> None:
    async with serving(SLOW_HEADERS) as site:
        busy = [await site.open() for _ in range(SLOW_HEADERS.per_address)]
        for _, writer in busy:
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\na")
        async with asyncio.timeout(20):
            while site.started < len(busy):
                await site.has_started.wait()
                site.has_started.clear()

        answer = await site.ask(get())

        assert status(answer) == 429
        assert b"retry-after: 5" in answer
        assert b"SERVICE_UNAVAILABLE" in answer
        assert status(await site.ask(get(b"/healthz"))) == 200
        for reader, writer in busy:  # they are not cut
            writer.write(b"b")
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
            writer.close()


async def test_ignores_trailers(site: Site) -> None:
    await site.ask(
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        b"1\r\na\r\n0\r\nclient-id: test\r\nclient-secret: test\r\n\r\n"
    )

    (headers,) = site.seen
    assert b"client-id" not in [name for name, _ in headers]
