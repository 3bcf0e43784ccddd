"""Every operation and endpoint, tried with every role."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.factories import row
from support.graphql_client import QUEUE, GraphQLClient
from support.model_site import serving
from support.sse_reading import read_events
from support.track_inputs import track_input

from app.config.credentials import hash_secret
from app.config.settings import Settings
from app.main import create_app
from schema import build_schema
from schema.core.access import Permissions, Role
from schema.core.needs import Needs

pytestmark = pytest.mark.asyncio
UNKNOWN = "00000000-0000-4000-8000-000000000000"
READERS = set(Role)
WRITERS, REVIEWERS = {Role.WRITER, Role.OPERATOR}, {Role.REVIEWER, Role.OPERATOR}
OPERATORS = {Role.OPERATOR}
MUTATIONS: dict[str, tuple[set[Role], str]] = {
    "classifyBatch": (WRITERS, "classifyBatch(csvFile: $file) { id }"),
    "classifyTracks": (READERS, "classifyTracks(tracks: []) { genre }"),
    "classifyTracks-store": (WRITERS, "classifyTracks(tracks: [], store: true) { genre }"),
    "deleteBatch": (WRITERS, "deleteBatch(id: $unknown) { id }"),
    "cancelBatch": (WRITERS, "cancelBatch(id: $unknown) { id }"),
    "reclassify": (WRITERS, "reclassify(batchId: $unknown) { id }"),
    "reclassify-all": (OPERATORS, "reclassify { id }"),
    "correctGenre": (REVIEWERS, 'correctGenre(trackId: "9", genre: "x") { genre }'),
    "correctGenres": (REVIEWERS, "correctGenres(corrections: []) { genre }"),
    "clearCorrection": (REVIEWERS, 'clearCorrection(trackId: "9") { genre }'),
    "clearCorrections": (REVIEWERS, "clearCorrections(trackIds: []) { genre }"),
    "withdrawCorrections": (REVIEWERS, "withdrawCorrections(clientId: $me) { count }"),
    "withdrawCorrections-others": (OPERATORS, 'withdrawCorrections(clientId: "x") { count }'),
    "learnFromCorrections": (REVIEWERS, "learnFromCorrections { isUsed }"),
    "learnFromCorrections-use": (OPERATORS, "learnFromCorrections(use: true) { isUsed }"),
    "useModel": (OPERATORS, 'useModel(version: "none") { version }'),
    "rollbackModel": (OPERATORS, "rollbackModel { version }"),
    "exportLink": (READERS, "exportLink(format: CSV) { url }"),
    "reportLink": (READERS, "reportLink(batchId: $unknown) { url }"),
    "fileWithGenresLink": (READERS, "fileWithGenresLink(batchId: $unknown) { url }"),
}
SUBSCRIPTIONS = {"batchProgress"}
ENDPOINTS = {
    "/": "public",
    "/assets/{name}": "public",
    "/sample.csv": "public",
    "/healthz": "public",
    "/readyz": "public",
    "/graphql": "client",
    "/export.csv": "client",
    "/exports/tracks": "link",
    "/exports/file": "link",
    "/reports/batch": "link",
}
STATUSES = {"public": {200, 404}, "client": {401}, "link": {403}}
EVERY_ROLE = pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)


@pytest_asyncio.fixture(scope="session")
async def guarded(
    settings: Settings, engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings with a client for each role, named and secured by it, and a second writer."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("CREATE DATABASE roles"))
    url = engine.url.set(database="roles").render_as_string(hide_password=False)
    names = [*(role.value for role in Role), "other"]
    folder: Path = tmp_path_factory.mktemp("roles")
    changes = {
        "database_url": SecretStr(url),
        "clients": SecretStr(",".join(f"{name}:{hash_secret(name)}" for name in names)),
        "roles": ",".join([*(f"{role.value}:{role.value}" for role in Role), "other:writer"]),
        "spool_url": str(folder / "spool"),
        "worker": False,
    }
    return settings.model_copy(update=changes)


@pytest_asyncio.fixture(scope="session")
async def http(guarded: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(guarded) as http:
        yield http


def as_client(http: httpx.AsyncClient, name: str) -> GraphQLClient:
    return GraphQLClient(http, client_id=name, client_secret=name)


def code_of(body: dict[str, Any]) -> str | None:
    errors = body.get("errors")
    return errors[0]["extensions"]["code"] if errors else None


def fields_of(kind: str) -> dict[str, Any]:
    schema: Any = build_schema()
    return dict(schema._schema.type_map[kind].fields)


def roles_of(role: Role) -> frozenset[Role]:
    return Permissions({"it": frozenset({role})}).roles_of("it")


@pytest.mark.parametrize("kind", ["Mutation", "Subscription"])
async def test_every_operation_declares_its_role(kind: str) -> None:
    declared = {name: 0 for name in fields_of(kind)}
    for name, field in fields_of(kind).items():
        for extension in field.extensions["strawberry-definition"].extensions:
            declared[name] += isinstance(extension, Needs)

    assert declared
    assert declared == dict.fromkeys(declared, 1)


async def test_every_operation_is_tried_below() -> None:
    assert {name.partition("-")[0] for name in MUTATIONS} == set(fields_of("Mutation"))
    assert set(fields_of("Subscription")) == SUBSCRIPTIONS


@EVERY_ROLE
@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_mutation_needs_its_role(http: httpx.AsyncClient, name: str, role: Role) -> None:
    may, field = MUTATIONS[name]
    client = as_client(http, role.value)

    if "$file" in field:
        body = await client.upload(b"not a table of tracks")
    else:
        field = field.replace("$me", f'"{role.value}"').replace("$unknown", f'"{UNKNOWN}"')
        body = await client.post(f"mutation {{ {field} }}")

    assert (code_of(body) == "FORBIDDEN") is (role not in may), body
    if role not in may:
        (error,) = body["errors"]
        needed = error["extensions"]["role"]
        assert Role[needed] not in roles_of(role)
        assert f"the role {needed}" in error["message"]


@EVERY_ROLE
async def test_every_role_follows_batches(http: httpx.AsyncClient, role: Role) -> None:
    query = f'subscription {{ batchProgress(id: "{UNKNOWN}") {{ id }} }}'
    headers = as_client(http, role.value).headers

    events = [event async for event in read_events(http, headers, query)]

    assert [code_of(event) for event in events] == ["NOT_FOUND"]


@EVERY_ROLE
async def test_every_role_reads(http: httpx.AsyncClient, role: Role) -> None:
    client = as_client(http, role.value)

    data = await client.data("{ genres { name } viewer { clientId roles isOperator } }")
    export = await http.get("/export.csv", headers=client.headers)

    assert data["viewer"] == {
        "clientId": role.value,
        "roles": [each.name for each in Role if each in roles_of(role)],
        "isOperator": role is Role.OPERATOR,
    }
    assert export.status_code == 200


async def test_every_endpoint_is_public_or_asks_who_it_is(
    http: httpx.AsyncClient, guarded: Settings
) -> None:
    routes: list[Any] = create_app(guarded).routes

    assert {route.path for route in routes} == set(ENDPOINTS)
    for path, kind in ENDPOINTS.items():
        response = await http.get(path.replace("{name}", "none.js"))

        assert response.status_code in STATUSES[kind], path


async def test_only_the_owner_or_an_operator_ends_a_batch(
    http: httpx.AsyncClient, sample: bytes
) -> None:
    owner, other, boss = (as_client(http, name) for name in ("writer", "other", "operator"))
    batch = (await owner.upload(sample, query=QUEUE))["data"]["classifyBatch"]["id"]
    shown = f'{{ batch(id: "{batch}") {{ status viewerMayChange }} }}'

    for field in ("cancelBatch(id:", "deleteBatch(id:", "reclassify(batchId:"):
        error = await other.error(f'mutation {{ {field} "{batch}") {{ id }} }}')
        assert error["extensions"] == {"code": "FORBIDDEN", "role": "OPERATOR"}

    seen = [(await client.data(shown))["batch"] for client in (owner, other, boss)]
    assert [batch["viewerMayChange"] for batch in seen] == [True, False, True]
    assert {batch["status"] for batch in seen} == {"QUEUED"}
    cancelled = await owner.data(f'mutation {{ cancelBatch(id: "{batch}") {{ status }} }}')
    assert cancelled["cancelBatch"]["status"] == "CANCELLED"
    deleted = await boss.data(f'mutation {{ deleteBatch(id: "{batch}") {{ id }} }}')
    assert deleted["deleteBatch"]["id"] == batch


async def test_a_reader_classifies_without_storing(http: httpx.AsyncClient) -> None:
    query = "mutation ($tracks: [TrackInput!]!) { classifyTracks(tracks: $tracks) { genre } }"

    data = await as_client(http, "reader").data(query, tracks=[track_input(row())])

    assert len(data["classifyTracks"]) == 1
