"""Bodies that are not GraphQL requests: each gives 400 or 415, never 500."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route

from app.http.graphql_view import GenreGraphQL
from schema.core.errors import ErrorCodes, QuietSchema

pytestmark = pytest.mark.asyncio


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"hello {name}"


@pytest_asyncio.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    view = GenreGraphQL(
        QuietSchema(Query, extensions=[ErrorCodes]),
        build_context=lambda _: None,
    )
    transport = httpx.ASGITransport(Starlette(routes=[Route("/", view)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"x"', id="string"),
        pytest.param(b"1", id="number"),
        pytest.param(b"true", id="boolean"),
        pytest.param(b"[]", id="empty-array"),
        pytest.param(b'[{"query":"{ hello }"}]', id="batch"),
        pytest.param(b"{", id="cut-off"),
        pytest.param(b'{"query":"{ hello }"} x', id="trailing"),
        pytest.param(b'{"query":"\xff"}', id="bad-utf8"),
        pytest.param('{"query":"{ hello }"}'.encode("utf-16"), id="utf16"),
        pytest.param(b'{"query":"{ hello }","variables":{"a":' + b"9" * 5000 + b"}}", id="digits"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="nested-arrays"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="nested-objects"),
        pytest.param(b'{"query":"{ hello }","variables":{"a":NaN}}', id="nan"),
        pytest.param(b'{"query":"{ hello }","variables":{"a":-Infinity}}', id="infinity"),
        pytest.param(b"{}", id="no-query"),
        pytest.param(b'{"query":null}', id="null-query"),
        pytest.param(b'{"query":""}', id="empty-query"),
        pytest.param(b'{"query":1}', id="number-query"),
        pytest.param(b'{"query":{}}', id="object-query"),
        pytest.param(b'{"query":"{ hello }","variables":[]}', id="array-variables"),
        pytest.param(b'{"query":"{ hello }","variables":"{}"}', id="string-variables"),
        pytest.param(b'{"query":"{ hello }","variables":false}', id="false-variables"),
        pytest.param(b'{"query":"{ hello }","operationName":1}', id="number-operation-name"),
        pytest.param(b'{"query":"{ hello }","operationName":["a"]}', id="array-operation-name"),
        pytest.param(b'{"query":"{ hello }","extensions":[]}', id="array-extensions"),
        pytest.param(b'{"query":"{ hello }","extensions":"a"}', id="string-extensions"),
    ],
)
async def test_refuses_a_malformed_json_body(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/", content=body, headers={"content-type": "application/json"})

    assert_refused(response, 400)


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param(";", id="semicolon"),
        pytest.param("text/plain", id="text"),
        pytest.param("application/graphql", id="graphql"),
        pytest.param("application/x-www-form-urlencoded", id="form"),
        pytest.param("text/application/jsonx", id="contains-json"),
        pytest.param("application/jsonx", id="starts-with-json"),
        pytest.param("application/json, text/plain", id="list"),
        pytest.param("application/json; charset=utf-16", id="charset"),
        pytest.param("multipart/mixed; boundary=b", id="multipart-mixed"),
    ],
)
async def test_refuses_other_content_types(
    client: httpx.AsyncClient, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = await client.post("/", content=b'{"query":"{ hello }"}', headers=headers)

    assert_refused(response, 415)


@pytest.mark.parametrize(
    "content_type",
    ["Application/JSON", "application/json;charset=UTF-8", 'application/json ; charset="utf-8"'],
)
async def test_compares_the_content_type_without_case(
    client: httpx.AsyncClient, content_type: str
) -> None:
    body = b'\xef\xbb\xbf{"query":"{ hello }","variables":null,"unknown":1}'
    response = await client.post("/", content=body, headers={"content-type": content_type})

    assert response.json() == {"data": {"hello": "hello you"}}


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({}, id="none"),
        pytest.param({"query": ""}, id="empty-query"),
        pytest.param({"query": "{ hello }", "variables": "{"}, id="variables-no-json"),
        pytest.param({"query": "{ hello }", "variables": "[]"}, id="variables-array"),
        pytest.param({"query": "{ hello }", "variables": "[" * 20_000}, id="variables-nested"),
        pytest.param({"query": "{ hello }", "extensions": "1"}, id="extensions-number"),
    ],
)
async def test_refuses_malformed_parameters(
    client: httpx.AsyncClient, params: dict[str, str]
) -> None:
    response = await client.get("/", params=params)

    assert_refused(response, 400)


async def test_error_document_has_the_type_that_is_asked(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "text/plain", "accept": "application/graphql-response+json"}
    response = await client.post("/", content=b"x", headers=headers)

    assert response.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert response.headers["accept-post"] == "application/json, multipart/form-data"


async def test_echoes_a_lone_surrogate_as_an_escape(client: httpx.AsyncClient) -> None:
    body = b'{"query":"query ($n: String!) { hello(name: $n) }","variables":{"n":"\\ud800"}}'
    response = await client.post("/", content=body, headers={"content-type": "application/json"})

    assert response.status_code == 200
    assert b"\\ud800" in response.content


def assert_refused(response: httpx.Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    document = response.json()
    assert list(document) == ["errors"]
    assert len(document["errors"]) == 1
    assert document["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert document["errors"][0]["message"]
