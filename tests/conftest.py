"""One embedded Postgres for the run, the real application on it, and a client over HTTP."""

import asyncio
import csv
import io
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from asgi_lifespan import LifespanManager
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.graphql_client import GraphQLClient
from support.postgres_processes import ask_superuser
from support.repository import REAL_TRACKS

from app.config.settings import Settings
from app.main import create_app
from app.runtime.database import open_database
from app.server import make_server
from ml.sampling.generator import write_sample_csv

AS_ROOT = os.name == "posix" and os.geteuid() == 0
TABLES = (
    "tracks, track_features, corrections, learned_models, batch_rejects, batch_genres, batches, "
    "model_versions"
)


def pytest_configure(config: pytest.Config) -> None:
    """As root, keep temporary files where the account that runs Postgres can reach them.

    Pytest's own folder for them is closed to other users, and closed again whenever a second run
    begins.
    """
    if AS_ROOT and not config.option.basetemp:
        folder = Path(tempfile.mkdtemp(prefix="genre-tests-"))
        folder.chmod(0o711)
        config.option.basetemp = str(folder / "run")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture(autouse=True, scope="session")
def _open_to_postgres(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As root, let the account that runs Postgres traverse the folder of all tests."""
    if AS_ROOT:
        tmp_path_factory.getbasetemp().chmod(0o711)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """Pytest's folder for a test, which the account that runs Postgres can traverse."""
    if AS_ROOT:
        tmp_path.chmod(0o711)
    return tmp_path


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide the `GENRE_*` variables and `.env` of the person running the tests."""
    for name in [name for name in os.environ if name.startswith("GENRE_")]:
        del os.environ[name]
    os.environ["GENRE_ALLOWED_HOSTS"] = "genre.test,test"  # of clients in the process
    os.chdir(tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a service with its own data folder; chunks are small, so a file has several."""
    return Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        chunk_bytes=65_536,
        max_json_bytes=2**20,
        max_decompressed_bytes=16 * 2**20,
        max_compression_ratio=30,
    )


@pytest_asyncio.fixture(scope="session")
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Connections to the migrated database of the run."""
    async with open_database(settings) as engine:
        await ask_superuser(engine, f"ALTER ROLE {engine.url.username} CREATEDB")
        yield engine


@pytest_asyncio.fixture(scope="session")
async def server(settings: Settings, engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """The application, started once, without credentials."""
    async with (
        LifespanManager(create_app(settings)) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app), base_url="http://genre.test"
        ) as client,
    ):
        yield client


@pytest_asyncio.fixture(scope="session")
async def address(settings: Settings, engine: AsyncEngine) -> AsyncIterator[str]:
    """Address of the service behind uvicorn, on the database of the run."""
    server = make_server(settings.model_copy(update={"port": 0, "shutdown_timeout_s": 1}))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # uvicorn offers no event to wait for
        assert not serving.done(), serving.exception()
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest_asyncio.fixture
async def empty_database(engine: AsyncEngine) -> None:
    """Delete all tracks and batches before the test."""
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {TABLES} CASCADE"))


@pytest.fixture
def api(server: httpx.AsyncClient, empty_database: None) -> GraphQLClient:
    """A client with credentials, on an empty database."""
    return GraphQLClient(server, client_id="test", client_secret="test")


@pytest.fixture(scope="session")
def sample() -> bytes:
    """60 made-up tracks with ids 1 to 60, as CSV."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=60, seed=1)
    return stream.getvalue().encode()


@pytest.fixture(scope="session")
def sample_rows(sample: bytes) -> list[dict[str, str]]:
    """The made-up tracks of `sample`."""
    return list(csv.DictReader(io.StringIO(sample.decode(), newline="")))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real tracks; tests that need it are skipped where there is none."""
    if not REAL_TRACKS.is_dir():
        pytest.skip("the real tracks are not on this machine")
    return REAL_TRACKS
