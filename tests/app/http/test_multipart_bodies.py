"""Multipart requests: files reach their variables and are closed; malformed ones are refused."""

import gc
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import strawberry
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.routing import Route
from strawberry.schema.config import StrawberryConfig

from app.http.graphql_view import GenreGraphQL
from app.http.request_body import MultipartLimits
from schema.core.errors import ErrorCodes, QuietSchema
from schema.core.scalars import SCALARS, Upload

pytestmark = pytest.mark.asyncio

UPLOAD = "mutation ($file: Upload!) { size(file: $file) }"
UPLOADS = "mutation ($files: [Upload!]!) { sizes(files: $files) }"
BOUNDARY = "multipart/form-data; boundary=b"
seen: list[UploadFile] = []


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"hello {name}"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def size(self, file: Upload) -> int:
        seen.append(file)
        return len(await file.read())

    @strawberry.mutation
    async def sizes(self, files: list[Upload]) -> list[int]:
        seen.extend(files)
        return [len(await file.read()) for file in files]


@pytest_asyncio.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    config = StrawberryConfig(scalar_map=SCALARS)
    view = GenreGraphQL(
        QuietSchema(Query, Mutation, extensions=[ErrorCodes], config=config),
        build_context=lambda _: None,
        multipart_limits=MultipartLimits(max_files=3, max_fields=4, max_field_bytes=10_000),
    )
    transport = httpx.ASGITransport(Starlette(routes=[Route("/", view)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    seen.clear()
    gc.collect()  # an unclosed file is a warning, and a warning is an error


@pytest.fixture(autouse=True)
def _forget_files() -> None:
    seen.clear()


def part(name: str, content: str | bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + (content.encode() if isinstance(content, str) else content) + b"\r\n"


def form(operations: Any, file_map: Any, *files: bytes) -> bytes:
    """A multipart body; values other than strings are written as JSON."""
    texts = [x if isinstance(x, str) else json.dumps(x) for x in (operations, file_map)]
    fields = part("operations", texts[0]), part("map", texts[1])
    return b"".join((*fields, *files)) + b"--b--\r\n"


OPERATIONS = {"query": UPLOAD, "variables": {"file": None}}
FILE = part("0", "12345", "a.csv")
MAP = {"0": ["variables.file"]}


def listed(paths: Any, variables: Any = None) -> bytes:
    operations = {"query": UPLOADS, "variables": variables or {"files": [None, None]}}
    return form(operations, {"0": paths}, FILE)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"--b--\r\n", id="no-parts"),
        pytest.param(b"nonsense", id="no-multipart"),
        pytest.param(b"--x\r\n\r\n--x--\r\n", id="other-boundary"),
        pytest.param(b"--b\r\n\r\nx\r\n--b--\r\n", id="part-without-name"),
        pytest.param(part("operations", json.dumps(OPERATIONS)) + b"--b--\r\n", id="no-map"),
        pytest.param(part("map", "{}") + b"--b--\r\n", id="no-operations"),
        pytest.param(form(OPERATIONS, MAP, FILE)[:-10], id="cut-off-in-file"),
        pytest.param(form(OPERATIONS, MAP, FILE, b"--b\r\nConte")[:-7], id="cut-off-in-header"),
        pytest.param(part("operations", "{}") + form(OPERATIONS, MAP, FILE), id="operations-twice"),
        pytest.param(part("map", "{}") + form(OPERATIONS, MAP, FILE), id="map-twice"),
        pytest.param(
            part("operations", json.dumps(OPERATIONS), "o.json")
            + part("map", json.dumps(MAP), "m.json")
            + FILE
            + b"--b--\r\n",
            id="fields-sent-as-files",
        ),
        pytest.param(form("{", MAP, FILE), id="operations-no-json"),
        pytest.param(
            form("\udcff".encode("utf-8", "surrogatepass").decode("latin-1"), MAP, FILE),
            id="operations-bad-text",
        ),
        pytest.param(form(None, MAP, FILE), id="operations-null"),
        pytest.param(form(1, MAP, FILE), id="operations-number"),
        pytest.param(form([OPERATIONS], {"0": ["0.variables.file"]}, FILE), id="batch"),
        pytest.param(form({}, {}), id="operations-empty"),
        pytest.param(form(OPERATIONS, "{", FILE), id="map-no-json"),
        pytest.param(form(OPERATIONS, None, FILE), id="map-null"),
        pytest.param(form(OPERATIONS, [], FILE), id="map-array"),
        pytest.param(form(OPERATIONS, "x", FILE), id="map-text"),
        pytest.param(form(OPERATIONS, "[" * 5000, FILE), id="map-nested"),
        pytest.param(form(OPERATIONS, "9" * 5000, FILE), id="map-digits"),
        pytest.param(form(OPERATIONS, {"0": "variables.file"}, FILE), id="paths-string"),
        pytest.param(form(OPERATIONS, {"0": None}, FILE), id="paths-null"),
        pytest.param(form(OPERATIONS, {"0": 1}, FILE), id="paths-number"),
        pytest.param(form(OPERATIONS, {"0": {}}, FILE), id="paths-object"),
        pytest.param(form(OPERATIONS, {"0": []}, FILE), id="paths-empty"),
        pytest.param(form(OPERATIONS, {"0": [1]}, FILE), id="path-number"),
        pytest.param(form(OPERATIONS, {"0": [None]}, FILE), id="path-null"),
        pytest.param(form(OPERATIONS, {"0": [""]}, FILE), id="path-empty"),
        pytest.param(form(OPERATIONS, {"0": ["variables"]}, FILE), id="path-variables"),
        pytest.param(form(OPERATIONS, {"0": ["query"]}, FILE), id="path-query"),
        pytest.param(form(OPERATIONS, {"0": ["extensions.x"]}, FILE), id="path-elsewhere"),
        pytest.param(form(OPERATIONS, {"0": ["variables.other"]}, FILE), id="path-unknown"),
        pytest.param(form(OPERATIONS, {"0": ["variables.file.x"]}, FILE), id="path-into-null"),
        pytest.param(form(OPERATIONS, {"0": ["variables..file"]}, FILE), id="path-empty-key"),
        pytest.param(form({"query": UPLOAD}, MAP, FILE), id="no-variables"),
        pytest.param(form({"query": UPLOAD, "variables": None}, MAP, FILE), id="null-variables"),
        pytest.param(form({"query": UPLOAD, "variables": "x"}, MAP, FILE), id="text-variables"),
        pytest.param(
            form({"query": UPLOAD, "variables": {"file": "x"}}, MAP, FILE), id="place-taken"
        ),
        pytest.param(
            form(OPERATIONS, {"0": ["variables.file", "variables.file"]}, FILE), id="place-twice"
        ),
        pytest.param(listed(["variables.files.2"]), id="index-too-large"),
        pytest.param(listed(["variables.files.-1"]), id="index-negative"),
        pytest.param(listed(["variables.files.00"]), id="index-padded"),
        pytest.param(listed(["variables.files.x"]), id="index-text"),
        pytest.param(listed(["variables.files.\u0661"]), id="index-arabic"),
        pytest.param(listed(["variables.files." + "1" * 5000]), id="index-digits"),
        pytest.param(listed(["variables.files.0.x"], {"files": ["text"]}), id="path-into-string"),
        pytest.param(form(OPERATIONS, MAP), id="file-missing"),
        pytest.param(form(OPERATIONS, MAP, part("0", "12345")), id="file-sent-as-text"),
        pytest.param(form(OPERATIONS, MAP, FILE, FILE), id="file-twice"),
        pytest.param(form(OPERATIONS, {"map": ["variables.file"]}, FILE), id="map-names-a-field"),
        pytest.param(form(OPERATIONS, MAP, FILE, FILE, FILE, FILE), id="too-many-files"),
        pytest.param(form(OPERATIONS, MAP, FILE, *[part("x", "")] * 5), id="too-many-fields"),
        pytest.param(form(OPERATIONS, MAP, FILE, part("x", "x" * 11_000)), id="field-too-large"),
    ],
)
async def test_refuses_a_malformed_multipart_body(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/", content=body, headers={"content-type": BOUNDARY})

    assert_refused(response, 400)
    assert seen == []


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param("multipart/form-data", id="no-boundary"),
        pytest.param("multipart/form-data; boundary=", id="empty-boundary"),
        pytest.param("multipart/form-data; boundary=" + "b" * 5000, id="long-boundary"),
        pytest.param("multipart/form-data; boundary=b; charset=base64", id="no-text-charset"),
        pytest.param("multipart/form-data; boundary=b; charset=utf-16", id="utf16-charset"),
    ],
)
async def test_refuses_a_malformed_boundary(client: httpx.AsyncClient, content_type: str) -> None:
    body = form(OPERATIONS, MAP)
    response = await client.post("/", content=body, headers={"content-type": content_type})

    assert_refused(response, 400)


async def test_puts_files_in_their_places_and_closes_them(client: httpx.AsyncClient) -> None:
    large = part("1", b"x" * 1_500_000, "large.csv")  # over the limit of memory: a real file
    operations = {"query": UPLOADS, "variables": {"files": [None, None, None]}}
    file_map = {"0": ["variables.files.0", "variables.files.2"], "1": ["variables.files.1"]}
    body = form(operations, file_map, FILE, large, part("unused", "x", "unused.csv"))

    content_type = {"content-type": "Multipart/Form-Data; boundary=b"}
    response = await client.post("/", content=body, headers=content_type)

    assert response.json() == {"data": {"sizes": [5, 1_500_000, 0]}}
    assert [file.file.closed for file in seen] == [True, True, True]


async def test_closes_files_after_a_stream(client: httpx.AsyncClient) -> None:
    headers = {"content-type": BOUNDARY, "accept": "text/event-stream"}
    response = await client.post("/", content=form(OPERATIONS, MAP, FILE), headers=headers)

    assert response.text.startswith('event: next\ndata: {"data":{"size":5}}\n\n')
    assert [file.file.closed for file in seen] == [True]


async def test_accepts_a_multipart_body_without_files(client: httpx.AsyncClient) -> None:
    body = form({"query": "{ hello }"}, {})
    response = await client.post("/", content=body, headers={"content-type": BOUNDARY})

    assert response.json() == {"data": {"hello": "hello you"}}


def assert_refused(response: httpx.Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    document = response.json()
    assert list(document) == ["errors"]
    assert len(document["errors"]) == 1
    assert document["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert document["errors"][0]["message"]
