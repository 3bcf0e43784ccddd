"""Services with separate databases, without a worker or with other models; spools."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.model_folders import make_model
from support.model_site import SECRETS, Running, client, serving
from support.s3_server import S3Server, s3_server
from support.spool_places import Place, spool_at

from app.config.credentials import hash_secret
from app.config.settings import Settings
from app.models.source import registry_of
from app.runtime.database import open_database
from app.service import Service, open_service

IDLE_DATABASE = "idle"
IDLE_TABLES = "tracks, corrections, batch_rejects, batch_genres, batches, model_versions, pgqueuer"


@pytest_asyncio.fixture(scope="session")
async def idle_service_of_the_run(
    settings: Settings, engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """Open the service once."""
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text(f"CREATE DATABASE {IDLE_DATABASE}"))
    url = engine.url.set(database=IDLE_DATABASE).render_as_string(hide_password=False)
    folder: Path = tmp_path_factory.mktemp("idle")
    changes = {
        "database_url": SecretStr(url),
        "spool_url": str(folder / "spool"),
        "database_pool_size": 5,
    }
    async with open_service(settings.model_copy(update=changes)) as service:
        yield service


@pytest_asyncio.fixture
async def idle_service(idle_service_of_the_run: Service) -> Service:
    """Return the service, with nothing stored and nothing queued."""
    service = idle_service_of_the_run
    async with service.engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {IDLE_TABLES} CASCADE"))
    for file in service.spool.list_files():
        service.spool.remove_path(file.path)
    return service


@pytest_asyncio.fixture(scope="session")
async def database(settings: Settings, engine: AsyncEngine) -> Settings:
    """Settings with a separate database, because a choice applies to all services on one."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("CREATE DATABASE models"))
    url = engine.url.set(database="models").render_as_string(hide_password=False)
    return settings.model_copy(update={"database_url": SecretStr(url)})


@pytest_asyncio.fixture
async def site(database: Settings, tmp_path: Path) -> Settings:
    """Settings with no choice, no tracks or corrections, an empty registry, and two clients."""
    async with open_database(database) as engine, engine.begin() as connection:
        await connection.execute(
            text("TRUNCATE model_choices, tracks, corrections, batches CASCADE")
        )
    clients = ",".join(f"{name}:{hash_secret(secret)}" for name, secret in SECRETS.items())
    return database.model_copy(
        update={
            "clients": SecretStr(clients),
            "operators": "boss",
            "data_dir": tmp_path / "data",
            "model_poll_s": 0.05,
        }
    )


@pytest_asyncio.fixture
async def running(site: Settings, tmp_path: Path) -> AsyncIterator[Running]:
    """A service that could swap to a second model."""
    make_model(tmp_path / "other", " 2")
    other, _ = registry_of(site).add(tmp_path / "other")
    async with serving(site) as http:
        yield Running(site, http, client(http, "boss"), client(http, "web"), other)


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """An S3 server."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def bucket(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket, which the process's variables point to."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{uuid.uuid4()}"
    s3.make_bucket(name)
    return name


@pytest.fixture
def in_bucket(s3: S3Server, bucket: str) -> Place:
    return Place(
        spool_at(f"s3://{bucket}/some/prefix/"),
        lambda: [key.removeprefix("some/prefix/") for key in s3.keys(bucket)],
        lambda name, content: s3.put(bucket, f"some/prefix/{name}", content),
    )


@pytest.fixture
def in_folder(tmp_path: Path) -> Place:
    folder = tmp_path / "spool"
    return Place(
        spool_at(folder),
        lambda: [path.name for path in folder.iterdir()],
        lambda name, content: (folder / name).write_bytes(content),
    )


@pytest.fixture(params=["in_folder", "in_bucket"])
def place(request: pytest.FixtureRequest) -> Place:
    place: Place = request.getfixturevalue(request.param)
    return place
