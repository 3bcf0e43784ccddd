"""The service over HTTP: credentials, health, and what a person sees."""

import json

import httpx
import pytest
from asgi_lifespan import LifespanManager
from support.graphql_client import GraphQLClient

from app.config.access import clients_of, is_loopback
from app.config.credentials import hash_secret
from app.config.settings import Settings, SettingsError, read_settings
from app.main import create_app
from ml.store.folder import SHIPPED_MODEL_DIR

asyncio_test = pytest.mark.asyncio
QUERY = {"query": "{ genres { name } }"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"client-id": "test"}, id="no-secret"),
        pytest.param({"client-id": "test", "client-secret": "wrong"}, id="wrong-secret"),
        pytest.param({"client-id": "nobody", "client-secret": "test"}, id="unknown-client"),
    ],
)
@asyncio_test
async def test_refuses_strangers(server: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await server.post("/graphql", json=QUERY, headers=headers)

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@asyncio_test
async def test_a_stranger_stores_nothing(
    api: GraphQLClient, server: httpx.AsyncClient, sample: bytes
) -> None:
    stranger = GraphQLClient(server, client_id="test", client_secret="wrong")

    body = await stranger.upload(sample)

    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await api.data("{ genres { name } batches { totalCount } }") == {
        "genres": [],
        "batches": {"totalCount": 0},
    }


@asyncio_test
async def test_health_needs_no_credentials(server: httpx.AsyncClient) -> None:
    alive, ready = await server.get("/healthz"), await server.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.status_code == 200
    assert ready.json()["checks"] == {"model": "ok", "database": "ok", "migrations": "ok"}
    manifest = json.loads((SHIPPED_MODEL_DIR / "manifest.json").read_text())
    assert ready.json()["modelVersion"] == manifest["version"]


@asyncio_test
async def test_every_answer_has_a_request_id(server: httpx.AsyncClient) -> None:
    response = await server.get("/healthz", headers={"x-request-id": "abc-1"})

    assert response.headers["x-request-id"] == "abc-1"


@asyncio_test
async def test_a_large_upload_is_refused_and_stores_nothing(
    settings: Settings, api: GraphQLClient, sample: bytes
) -> None:
    small = settings.model_copy(update={"max_upload_bytes": 10_000})
    async with (
        LifespanManager(create_app(small)) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app), base_url="http://genre.test"
        ) as http,
    ):
        body = await GraphQLClient(http, client_id="test", client_secret="test").upload(sample)

    assert body["errors"][0]["extensions"]["code"] == "UPLOAD_TOO_LARGE"
    assert await api.data("{ genres { name } }") == {"genres": []}


def test_development_credentials_need_embedded_database_and_loopback() -> None:
    elsewhere = Settings(database_url="postgresql://db.example/genre")  # type: ignore[arg-type]
    open_to_all = Settings(host="0.0.0.0")

    assert clients_of(Settings()).verify("test", "test") == "test"
    for settings in (elsewhere, open_to_all):
        with pytest.raises(SettingsError, match="GENRE_CLIENTS"):
            clients_of(settings)


def test_configured_clients_replace_the_development_credentials() -> None:
    settings = Settings(clients=f"web:{hash_secret('s3cret')}")  # type: ignore[arg-type]

    clients = clients_of(settings)

    assert clients.verify("web", "s3cret") == "web"
    assert clients.verify("test", "test") is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("genre.example", False),
    ],
)
def test_knows_addresses_that_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_wrong_setting_is_named_and_its_value_is_not() -> None:
    with pytest.raises(SettingsError, match=r"GENRE_PORT: .*65535") as caught:
        read_settings(port=99_999)

    assert "99999" not in str(caught.value)
