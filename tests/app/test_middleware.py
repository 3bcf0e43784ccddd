"""The guards before the endpoints, on a bare ASGI application and on a real server."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.middleware import (
    BodyLimitMiddleware,
    CredentialsMiddleware,
    RequestIdMiddleware,
    current_request_id,
)

pytestmark = pytest.mark.asyncio

CREDENTIALS = {"client-id": "anna", "client-secret": "right"}
MULTIPART = {"content-type": "multipart/form-data; boundary=b"}


def verify(client_id: str, client_secret: str) -> str | None:
    return client_id if (client_id, client_secret) == ("anna", "right") else None


async def echo(request: Request) -> Response:
    body = await request.body()
    state = {**request.scope.get("state", {}), "seen": current_request_id(), "bytes": len(body)}
    return JSONResponse(state)


class StreamBack:
    """Answers while the body still comes."""

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


def make_app(max_bytes: int = 2_000, max_json_bytes: int = 1_000) -> Starlette:
    handlers: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "/graphql": echo,
        "/graphql/below": echo,
        "/open": echo,
        "/swallow": swallow,
    }
    return Starlette(
        routes=[
            Route("/stream", StreamBack()),
            *(
                Route(path, handler, methods=["GET", "POST", "OPTIONS"])
                for path, handler in handlers.items()
            ),
        ],
        middleware=[
            Middleware(RequestIdMiddleware),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["POST"],
                allow_headers=["client-id"],
            ),
            Middleware(CredentialsMiddleware, verify, ["/graphql"]),
            Middleware(BodyLimitMiddleware, max_bytes, max_json_bytes),
        ],
    )


@asynccontextmanager
async def open_client(app: ASGIApp, root_path: str = "") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, root_path=root_path)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@asynccontextmanager
async def serve(app: ASGIApp) -> AsyncIterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", http="h11"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await serving


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 100


async def test_makes_a_request_id() -> None:
    async with open_client(make_app()) as client:
        answers = [await client.get("/open") for _ in range(2)]

    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 2
    assert [answer.json()["request_id"] for answer in answers] == ids
    assert [answer.json()["seen"] for answer in answers] == ids
    assert current_request_id() is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param(["abc-123_X.y"], True, id="sane"),
        pytest.param(["x" * 64], True, id="longest"),
        pytest.param(["x" * 65], False, id="too-long"),
        pytest.param([""], False, id="empty"),
        pytest.param(["a b"], False, id="space"),
        pytest.param(["a\x1b[31m"], False, id="control"),
        pytest.param(["\xe9"], False, id="non-ascii"),
        pytest.param(["a", "b"], False, id="twice"),
    ],
)
async def test_keeps_only_a_sane_request_id(given: list[str], kept: bool) -> None:
    headers = [("x-request-id".encode(), value.encode("latin-1")) for value in given]
    async with open_client(make_app()) as client:
        response = await client.get("/open", headers=headers)

    request_id = response.headers["x-request-id"]
    assert (request_id == given[0]) is kept
    assert response.json()["request_id"] == request_id
    assert request_id.isascii()


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/graphql/below", "/graphql/unknown"])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE"])
async def test_refuses_a_stranger(path: str, method: str) -> None:
    async with open_client(make_app()) as client:
        response = await client.request(method, path)

    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("ClientSecret ")
    assert "x-request-id" in response.headers
    if method != "HEAD":
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "UNAUTHENTICATED"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("client-id", "anna")], id="no-secret"),
        pytest.param([("client-secret", "right")], id="no-id"),
        pytest.param([("client-id", "anna"), ("client-secret", "wrong")], id="wrong-secret"),
        pytest.param([("client-id", "bert"), ("client-secret", "right")], id="wrong-id"),
        pytest.param([("client-id", ""), ("client-secret", "")], id="empty"),
        pytest.param([("client-id", "\xe4nna"), ("client-secret", "right\xff")], id="non-ascii"),
        pytest.param(
            [("client-id", "bert"), *CREDENTIALS.items()],
            id="id-twice",
        ),
        pytest.param([*CREDENTIALS.items(), ("client-secret", "right")], id="secret-twice"),
        pytest.param([("client-id", "anna"), ("client-secret", "right,right")], id="joined"),
        pytest.param([("authorization", "Basic YW5uYTpyaWdodA==")], id="basic"),
        pytest.param([("cookie", "client-id=anna; client-secret=right")], id="cookie"),
    ],
)
async def test_refuses_wrong_credentials(headers: list[tuple[str, str]]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    async with open_client(make_app()) as client:
        response = await client.post("/graphql", headers=raw)

    assert response.status_code == 401


async def test_lets_a_known_client_in_and_says_who_it_is() -> None:
    async with open_client(make_app()) as client:
        response = await client.post("/graphql", headers=CREDENTIALS, content=b"abc")

    assert response.status_code == 200
    assert response.json()["client_id"] == "anna"
    assert response.json()["bytes"] == 3


async def test_other_paths_are_open() -> None:
    async with open_client(make_app()) as client:
        response = await client.get("/open")

    assert response.status_code == 200
    assert "client_id" not in response.json()


async def test_protects_the_path_below_a_root_path() -> None:
    async with open_client(make_app(), root_path="/music") as client:
        refused = await client.get("/music/graphql")
        answered = await client.get("/music/graphql", headers=CREDENTIALS)

    assert (refused.status_code, answered.status_code) == (401, 200)


async def test_a_preflight_needs_no_credentials() -> None:
    headers = {
        "origin": "http://elsewhere.test",
        "access-control-request-method": "POST",
        "access-control-request-headers": "client-id",
    }
    async with open_client(make_app()) as client:
        preflight = await client.options("/graphql", headers=headers)
        refused = await client.post("/graphql", headers={"origin": "http://elsewhere.test"})

    assert preflight.status_code == 200
    assert "client-id" in preflight.headers["access-control-allow-headers"]
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/graphql", "/open"])
async def test_refuses_websockets_with_and_without_credentials(path: str) -> None:
    for headers in ([], [(k.encode(), v.encode()) for k, v in CREDENTIALS.items()]):
        sent = await run_scope({"type": "websocket", "path": path, "headers": headers})

        assert [message["type"] for message in sent] == ["websocket.close"]


async def test_refuses_before_the_body_is_read() -> None:
    """A client that waits for `100 Continue` sees the refusal and sends no body."""
    async with serve(make_app()) as port:
        answer = await send_raw(
            port,
            b"POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Length: 900\r\n"
            b"Expect: 100-continue\r\n\r\n",
        )

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in answer


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
    """The refusal is not lost in a reset, though the client is still sending."""
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


async def test_passes_the_lifespan_through() -> None:
    assert await run_scope({"type": "lifespan"}) == [
        {"type": "lifespan.startup.complete"},
        {"type": "lifespan.shutdown.complete"},
    ]


async def run_scope(scope: Scope) -> list[Message]:
    """Run the application on a scope of its own; return what it sends."""
    sent: list[Message] = []
    kind = scope["type"]
    first = {"http": "http.request", "websocket": "websocket.connect"}
    events = iter([first.get(kind, "lifespan.startup"), "lifespan.shutdown"])

    async def receive() -> Message:
        return {"type": next(events)}

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
