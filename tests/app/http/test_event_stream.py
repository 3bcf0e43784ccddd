"""Subscriptions, and other operations, as server-sent events."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
import pytest
import pytest_asyncio
import strawberry
import uvicorn
from starlette.types import ASGIApp

from app.config.request_id import current_request_id
from app.http.graphql_view import GenreGraphQL
from app.http.middleware import RequestIdMiddleware
from schema.core.errors import ErrorCodes, QuietSchema

URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, "
    "text/event-stream, multipart/mixed"
)
GRAPHQL_RESPONSE = "application/graphql-response+json"
pytestmark = pytest.mark.asyncio

closed = asyncio.Event()


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"hello {name}"

    @strawberry.field
    def broken(self) -> str:
        raise RuntimeError("postgresql://user:password@host")


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def slow(self) -> str:
        await asyncio.sleep(0.15)
        return "done"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def forever(self) -> AsyncGenerator[int, None]:
        closed.clear()
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # closing may take a step of the event loop
            closed.set()

    @strawberry.subscription
    async def failing(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("postgresql://user:password@host")


def make_app() -> ASGIApp:
    codes = partial(ErrorCodes, request_id=current_request_id)
    view = GenreGraphQL(
        QuietSchema(Query, Mutation, Subscription, extensions=[codes]),
        build_context=lambda _: None,
        heartbeat_interval_s=0.05,
    )
    return RequestIdMiddleware(view)


@asynccontextmanager
async def open_client(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with open_client(make_app()) as client:
        yield client


@pytest_asyncio.fixture
async def served() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a real server."""
    server = uvicorn.Server(uvicorn.Config(make_app(), log_config=None, ws="none", http="h11"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        port = listener.getsockname()[1]
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                yield client
        finally:
            server.should_exit = True
            await serving


async def post(client: httpx.AsyncClient, query: str, accept: str | None = None) -> httpx.Response:
    headers = {} if accept is None else {"accept": accept}
    return await client.post("/", json={"query": query}, headers=headers)


def media_type(response: httpx.Response) -> str:
    return response.headers["content-type"].partition(";")[0]


def events(text: str) -> list[tuple[str, object]]:
    frames = [frame.split("\n") for frame in text.split("\n\n") if frame.startswith("event: ")]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data:") or "null"))
        for name, data in frames
    ]


@pytest.mark.parametrize(
    "accept", ["text/event-stream", "text/event-stream, multipart/mixed", URQL]
)
async def test_streams_a_subscription_in_lf_frames(client: httpx.AsyncClient, accept: str) -> None:
    response = await post(client, "subscription { count(to: 2) }", accept)

    assert media_type(response) == "text/event-stream"
    assert response.text == (
        'event: next\ndata: {"data":{"count":0}}\n\n'
        'event: next\ndata: {"data":{"count":1}}\n\n'
        "event: complete\ndata:\n\n"
    )


async def test_streams_a_subscription_by_get(client: httpx.AsyncClient) -> None:
    params = {"query": "subscription { count(to: 1) }"}
    response = await client.get("/", params=params, headers={"accept": "text/event-stream"})

    assert events(response.text) == [("next", {"data": {"count": 0}}), ("complete", None)]


async def test_refuses_a_subscription_without_a_stream(client: httpx.AsyncClient) -> None:
    response = await post(client, "subscription { count(to: 2) }", "application/json")

    assert response.status_code == 406
    assert "text/event-stream" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param("subscription {", "GRAPHQL_PARSE_FAILED", id="syntax"),
        pytest.param("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED", id="validation"),
        pytest.param("subscription ($n: Int!) { count(to: $n) }", "BAD_USER_INPUT", id="coercion"),
        pytest.param("fragment F on Query { hello }", "BAD_USER_INPUT", id="no-operation"),
    ],
)
async def test_streams_request_errors_without_data(
    client: httpx.AsyncClient, query: str, code: str
) -> None:
    response = await post(client, query, "text/event-stream")

    (_, document), complete = events(response.text)
    assert isinstance(document, dict)
    assert list(document) == ["errors"]
    assert document["errors"][0]["extensions"]["code"] == code
    assert complete == ("complete", None)


async def test_masks_an_error_inside_a_stream(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = await post(client, "subscription { failing }", "text/event-stream")

    assert "password" not in response.text
    assert "password" in caplog.text
    first, (_, document), last = events(response.text)
    assert (first, last) == (("next", {"data": {"failing": 1}}), ("complete", None))
    assert isinstance(document, dict)
    assert document["errors"][0]["extensions"] == {
        "code": "INTERNAL",
        "requestId": response.headers["x-request-id"],
    }


async def test_keeps_a_slow_mutation_alive_with_heartbeats(client: httpx.AsyncClient) -> None:
    response = await post(client, "mutation { slow }", "text/event-stream")

    assert response.text.startswith(":\n\n:\n\n")
    assert events(response.text) == [("next", {"data": {"slow": "done"}}), ("complete", None)]


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_closes_the_source_when_the_client_disconnects(
    served: httpx.AsyncClient, method: str
) -> None:
    query = {"query": "subscription { forever }"}
    body = {"json": query} if method == "POST" else {"params": query}
    accept = {"accept": "text/event-stream"}

    async with served.stream(method, "/", headers=accept, **body) as response:  # type: ignore[arg-type]
        lines = response.aiter_lines()
        heard = [await anext(lines) for _ in range(4)]
        assert not closed.is_set()
        await lines.aclose()  # type: ignore[attr-defined]

    assert heard == ["event: next", 'data: {"data":{"forever":1}}', "", ":"]
    await asyncio.wait_for(closed.wait(), timeout=5)
