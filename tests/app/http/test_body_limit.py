"""Bodies over the limit, declared or only noticed while they arrive."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.middleware import BodyLimitMiddleware, RequestIdMiddleware

pytestmark = pytest.mark.asyncio

MULTIPART = {"content-type": "multipart/form-data; boundary=b"}


async def echo(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body())})


class StreamBack:
    """Responds while the body is still arriving."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (message := await receive()).get("more_body"):
            body = message["body"]
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def swallow(request: Request) -> Response:
    try:
        await request.body()
    except Exception:
        return JSONResponse({"swallowed": True}, 500)
    return JSONResponse({})


def make_app() -> Starlette:
    return Starlette(
        routes=[
            Route("/open", echo, methods=["POST"]),
            Route("/swallow", swallow, methods=["POST"]),
            Route("/stream", StreamBack()),
        ],
        middleware=[
            Middleware(RequestIdMiddleware),
            Middleware(BodyLimitMiddleware, max_bytes=2_000, max_json_bytes=1_000),
        ],
    )


@asynccontextmanager
async def open_client(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@asynccontextmanager
async def serve(app: ASGIApp) -> AsyncIterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", http="h11"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 100


@pytest.mark.parametrize(
    ("size", "headers", "limit"),
    [
        pytest.param(1_001, {}, 1_000, id="other"),
        pytest.param(1_001, {"content-type": "application/json"}, 1_000, id="json"),
        pytest.param(1_001, {"content-type": "x/y; multipart/form-data"}, 1_000, id="disguised"),
        pytest.param(2_001, MULTIPART, 2_000, id="multipart"),
        pytest.param(2_001, {"content-type": "Multipart/Form-Data"}, 2_000, id="case"),
    ],
)
async def test_refuses_a_declared_length_at_once(
    size: int, headers: dict[str, str], limit: int
) -> None:
    async with open_client(make_app()) as client:
        response = await client.post("/open", content=b"x" * size, headers=headers)
        fits = await client.post("/open", content=b"x" * limit, headers=headers)

    assert_too_large(response, limit)
    assert fits.json()["bytes"] == limit


async def test_refuses_an_absurd_declared_length() -> None:
    headers = [(b"content-length", b"9" * 5_000)]
    sent = await run_scope({"type": "http", "method": "POST", "path": "/open", "headers": headers})

    assert sent[0]["status"] == 413


@pytest.mark.parametrize("path", ["/open", "/swallow"])
async def test_counts_a_body_without_a_length(path: str) -> None:
    async with serve(make_app()) as port, httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{port}{path}"
        over = await client.post(url, content=chunks(11))
        over_form = await client.post(url, content=chunks(21), headers=MULTIPART)
        fits = await client.post(url, content=chunks(10))
        fits_form = await client.post(url, content=chunks(20), headers=MULTIPART)

    assert_too_large(over, 1_000)
    assert_too_large(over_form, 2_000)
    assert (fits.status_code, fits_form.status_code) == (200, 200)


async def test_a_large_body_still_gets_its_answer() -> None:
    """The refusal is not lost in a connection reset while the client is still sending."""
    async with serve(make_app()) as port, httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{port}/open"
        declared = await client.post(url, content=b"x" * 20_000_000)
        counted = await client.post(url, content=chunks(3_000))

    assert_too_large(declared, 1_000)
    assert_too_large(counted, 1_000)
    assert declared.headers["connection"] == "close"


async def test_breaks_off_an_answer_that_has_begun() -> None:
    async with serve(make_app()) as port:
        head = b"POST /stream HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
        small, large = (b"%x\r\n%s\r\n" % (n, b"x" * n) for n in (10, 2_000))
        answer = await send_raw(port, head + small, large)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert not answer.endswith(b"0\r\n\r\n")


async def run_scope(scope: Scope) -> list[Message]:
    """Run the application on a new scope; return what it sends."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    receiver: Receive = receive
    sender: Send = send
    await make_app()(scope, receiver, sender)
    return sent


async def send_raw(port: int, *parts: bytes) -> bytes:
    """Send bytes with a pause after each part and return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.1)
    try:
        return await asyncio.wait_for(reader.read(), timeout=5)
    except ConnectionResetError:
        return b"reset"
    finally:
        writer.close()


def assert_too_large(response: httpx.Response, limit: int) -> None:
    assert response.status_code == 413
    (error,) = json.loads(response.text)["errors"]
    assert error["extensions"] == {"code": "UPLOAD_TOO_LARGE", "limit": limit}
