"""The HTTP transport of GraphQL, with a small schema."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
import pytest
import pytest_asyncio
import strawberry
import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp, Message
from strawberry.extensions import SchemaExtension

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
    async def write(self) -> str:
        return "done"


class FailingExtension(SchemaExtension):
    """Fails before `ErrorCodes` runs."""

    def on_operation(self) -> Iterator[None]:
        raise RuntimeError("postgresql://user:password@host")
        yield


def build_context(request: Request) -> dict[str, str]:
    if "x-fail" in request.headers:
        raise RuntimeError("no context")
    return {}


def make_app(*more: type[SchemaExtension], allow_queries_via_get: bool = True) -> ASGIApp:
    codes = partial(ErrorCodes, request_id=current_request_id)
    view = GenreGraphQL(
        QuietSchema(Query, Mutation, extensions=[codes, *more]),
        build_context=build_context,
        allow_queries_via_get=allow_queries_via_get,
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


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param(None, "application/json", id="missing"),
        pytest.param("*/*", "application/json", id="anything"),
        pytest.param("application/*", "application/json", id="any-application"),
        pytest.param("Application/JSON; charset=utf-8", "application/json", id="case-parameter"),
        pytest.param(GRAPHQL_RESPONSE, GRAPHQL_RESPONSE, id="graphql-response"),
        pytest.param(f"application/json;q=0.9, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE, id="weight"),
        pytest.param(f"{GRAPHQL_RESPONSE},application/json;q=0.9", GRAPHQL_RESPONSE, id="apollo"),
        pytest.param(URQL, GRAPHQL_RESPONSE, id="urql"),
        pytest.param("application/json, text/event-stream", "application/json", id="json-first"),
        pytest.param("text/html, */*;q=0.8", "application/json", id="browser"),
        pytest.param("text/event-stream", "text/event-stream", id="stream"),
        pytest.param("text/event-stream, */*", "text/event-stream", id="stream-first"),
        pytest.param("text/event-stream;q=0, */*", "application/json", id="stream-refused"),
        pytest.param("nonsense;q=x, ;,,", "application/json", id="nonsense"),
    ],
)
async def test_answers_a_query_in_the_type_that_is_accepted(
    client: httpx.AsyncClient, accept: str | None, expected: str
) -> None:
    client.headers.pop("accept")
    response = await post(client, "{ hello }", accept)

    assert response.status_code == 200
    assert media_type(response) == expected
    assert '{"data":{"hello":"hello you"}}' in response.text


async def test_refuses_a_type_it_does_not_have(client: httpx.AsyncClient) -> None:
    response = await post(client, "{ hello }", "text/html")

    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


REQUEST_ERRORS = [
    pytest.param("{", {}, "GRAPHQL_PARSE_FAILED", id="syntax"),
    pytest.param("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED", id="validation"),
    pytest.param(
        "query ($n: String!) { hello(name: $n) }",
        {"variables": {"n": None}},
        "BAD_USER_INPUT",
        id="coercion",
    ),
    pytest.param("{ hello }", {"operationName": "Other"}, "BAD_USER_INPUT", id="unknown-operation"),
    pytest.param("fragment F on Query { hello }", {}, "BAD_USER_INPUT", id="no-operation"),
]


@pytest.mark.parametrize(("query", "more", "code"), REQUEST_ERRORS)
@pytest.mark.parametrize(
    ("accept", "status"),
    [
        pytest.param("application/json", 200, id="json"),
        pytest.param(GRAPHQL_RESPONSE, 400, id="graphql-response"),
        pytest.param(URQL, 400, id="urql"),
    ],
)
async def test_answers_a_request_error_without_data(
    client: httpx.AsyncClient,
    query: str,
    more: dict[str, object],
    code: str,
    accept: str,
    status: int,
) -> None:
    response = await client.post("/", json={"query": query, **more}, headers={"accept": accept})

    assert response.status_code == status
    assert list(response.json()) == ["errors"]
    assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_answers_a_field_error_with_data_and_200(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL, "genre.graphql"):
        response = await post(client, "{ hello broken }", GRAPHQL_RESPONSE)

    assert response.status_code == 200
    assert response.json() == {
        "data": None,
        "errors": [
            {
                "message": "Internal error",
                "locations": [{"line": 1, "column": 9}],
                "path": ["broken"],
                "extensions": {
                    "code": "INTERNAL",
                    "requestId": response.headers["x-request-id"],
                },
            }
        ],
    }


async def test_masks_a_failure_outside_the_schema(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = await client.post("/", json={"query": "{ hello }"}, headers={"x-fail": "1"})

    assert response.status_code == 500
    assert response.json()["errors"][0]["message"] == "Internal error"
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "no context" in caplog.text


@pytest.mark.parametrize("accept", [GRAPHQL_RESPONSE, "text/event-stream"])
async def test_masks_a_failing_extension(accept: str, caplog: pytest.LogCaptureFixture) -> None:
    async with open_client(make_app(FailingExtension)) as client:
        response = await post(client, "{ hello }", accept)

    assert response.status_code == (500 if accept == GRAPHQL_RESPONSE else 200)
    assert '"code":"INTERNAL"' in response.text
    assert "password" not in response.text
    assert "password" in caplog.text


async def test_runs_a_query_by_get(client: httpx.AsyncClient) -> None:
    query = "query Q($n: String!) { hello(name: $n) }"
    params = {"query": query, "variables": '{"n":"GET"}', "extensions": "", "operationName": "Q"}

    response = await client.get("/", params=params)

    assert response.json() == {"data": {"hello": "hello GET"}}
    assert response.headers["cache-control"] == "no-store"


async def test_head_is_a_get_without_a_body(client: httpx.AsyncClient) -> None:
    response = await client.head("/", params={"query": "{ hello }"})

    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["content-length"] == "30"


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_refuses_a_mutation_by_get(client: httpx.AsyncClient, accept: str) -> None:
    headers = {"accept": accept}
    response = await client.get("/", params={"query": "mutation { write }"}, headers=headers)

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["errors"][0]["message"] == "A mutation needs a POST."


async def test_get_can_be_turned_off() -> None:
    async with open_client(make_app(allow_queries_via_get=False)) as client:
        response = await client.get("/", params={"query": "{ hello }"})

    assert (response.status_code, response.headers["allow"]) == (405, "POST, OPTIONS")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_names_the_methods_it_allows(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/")

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_answers_options(client: httpx.AsyncClient) -> None:
    response = await client.options("/")

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["allow"] == "GET, HEAD, POST, OPTIONS"


async def test_refuses_websockets() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [], "subprotocols": []}
    await make_app()(scope, receive, send)

    assert sent == [{"type": "websocket.close", "code": 1008, "reason": ""}]


async def test_serves_head_over_a_connection_that_lives_on(served: httpx.AsyncClient) -> None:
    for _ in range(2):
        head = await served.head("/", params={"query": "{ hello }"})
        get = await served.get("/", params={"query": "{ hello }"})

    assert head.headers["content-length"] == get.headers["content-length"]
