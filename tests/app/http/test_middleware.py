"""The guards before the endpoints, on a bare ASGI application and on a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator
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

from app.config.request_id import current_request_id
from app.http.middleware import CredentialsMiddleware, RequestIdMiddleware
from app.http.sign_ins import SignIns

pytestmark = pytest.mark.asyncio

CREDENTIALS = {"client-id": "anna", "client-secret": "right"}


def verify(client_id: str, client_secret: str) -> str | None:
    return client_id if (client_id, client_secret) == ("anna", "right") else None


async def echo(request: Request) -> Response:
    body = await request.body()
    state = {**request.scope.get("state", {}), "seen": current_request_id(), "bytes": len(body)}
    return JSONResponse(state)


def make_app() -> Starlette:
    paths = ("/graphql", "/graphql/below", "/open")
    return Starlette(
        routes=[Route(path, echo, methods=["GET", "POST", "OPTIONS"]) for path in paths],
        middleware=[
            Middleware(RequestIdMiddleware),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["POST"],
                allow_headers=["client-id"],
            ),
            Middleware(CredentialsMiddleware, SignIns(verify), ["/graphql"]),
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
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


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
    headers = [(b"x-request-id", value.encode("latin-1")) for value in given]
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


async def test_passes_the_lifespan_through() -> None:
    assert await run_scope({"type": "lifespan"}) == [
        {"type": "lifespan.startup.complete"},
        {"type": "lifespan.shutdown.complete"},
    ]


async def run_scope(scope: Scope) -> list[Message]:
    """Run the application on a new scope; return what it sends."""
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


async def send_raw(port: int, data: bytes) -> bytes:
    """Send bytes and return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(), timeout=5)
    finally:
        writer.close()
