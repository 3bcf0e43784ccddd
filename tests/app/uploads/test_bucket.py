"""The service and its workers on several machines, which share only Postgres and a bucket."""

import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.background_runs import QUEUE, REMOVE, assert_whole, follow, make_big_file
from support.genre_processes import GenreProcesses, genre_processes
from support.graphql_client import GraphQLClient
from support.s3_server import S3Server
from support.waiting import until

from app.config.credentials import hash_secret

pytestmark = pytest.mark.asyncio
BUCKET = "uploads"
STORED = "{ genres { trackCount } batches { totalCount } }"


@pytest_asyncio.fixture(scope="module")
async def database_url(engine: AsyncEngine) -> str:
    """Create a database that the worker of other tests does not use."""
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("CREATE DATABASE bucket"))
    return engine.url.set(database="bucket").render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def processes(
    s3: S3Server, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GenreProcesses]:
    """Settings shared by all machines; each has its own data folder."""
    folder = tmp_path_factory.mktemp("processes")
    s3.make_bucket(BUCKET)
    with genre_processes(
        folder,
        GENRE_DATABASE_URL=database_url,
        GENRE_SPOOL_URL=f"s3://{BUCKET}/spool",
        GENRE_CLIENTS=f"test:{hash_secret('test')}",
        GENRE_DATA_DIR=str(folder / "service"),
        GENRE_CHUNK_BYTES=str(256 * 1024),
        GENRE_WORKER="false",
        **s3.environment,
    ) as processes:
        yield processes


@pytest_asyncio.fixture(scope="module")
async def service(processes: GenreProcesses) -> AsyncIterator[GraphQLClient]:
    """Query the service."""
    _, address = processes.serve()
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        yield GraphQLClient(http, client_id="test", client_secret="test")


def start_worker(processes: GenreProcesses, machine: str) -> Any:
    """Start a worker that acts as another machine."""
    return processes.start("worker", GENRE_DATA_DIR=str(processes.folder / machine))


def files_of(processes: GenreProcesses) -> list[Path]:
    """Return the files in the data folders of all machines."""
    return [path for path in processes.folder.rglob("*.csv*") if path.is_file()]


async def test_a_worker_elsewhere_reads_the_upload_and_another_goes_on_after_kill_9(
    processes: GenreProcesses, service: GraphQLClient, s3: S3Server
) -> None:
    batch = (await service.upload(make_big_file(), query=QUEUE))["data"]["classifyBatch"]
    spooled = s3.keys(BUCKET)
    worker = start_worker(processes, "a")

    def kill() -> None:
        worker.send_signal(signal.SIGKILL)
        start_worker(processes, "b")

    states = await follow(service, batch["id"], {1_000: kill})

    assert batch["status"] == "QUEUED"
    assert spooled == [f"spool/{batch['id']}.csv"]
    assert worker.wait() == -signal.SIGKILL
    await assert_whole(service, batch["id"], states)
    assert processes.logs().count("reading on after") == 2
    for process in processes.running[1:]:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert s3.keys(BUCKET) == [f"spool/originals/{batch['id']}.csv"]
    assert files_of(processes) == []
    assert "Traceback" not in processes.logs()
    assert "Unclosed" not in processes.logs()
    await service.data(REMOVE, id=batch["id"])


async def test_an_upload_that_cannot_be_kept_is_refused_and_leaves_nothing(
    processes: GenreProcesses, sample: bytes
) -> None:
    missing = {"GENRE_SPOOL_URL": "s3://no-such-bucket/spool"}
    _, address = processes.serve(**missing)

    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        api = GraphQLClient(http, client_id="test", client_secret="test")
        refused = await api.upload(sample, query=QUEUE)
        stored = await api.data(STORED)
        direct = await api.classify(sample)
        await until(lambda: names_the_spool(http))
        ready = await http.get("/readyz")

    (error,) = refused["errors"]
    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}
    assert "wait: true" in error["message"]
    assert "bucket" not in error["message"]
    assert stored == {"genres": [], "batches": {"totalCount": 0}}
    assert direct["status"] == "DONE"
    assert ready.status_code == 200
    assert ready.json()["spool"].startswith("cannot be used")
    assert "The spool cannot be used: there is no bucket no-such-bucket." in processes.logs()


async def names_the_spool(http: httpx.AsyncClient) -> bool:
    return "spool" in (await http.get("/readyz")).json()


async def test_a_worker_without_its_bucket_ends_with_a_message(processes: GenreProcesses) -> None:
    worker = processes.start("worker", GENRE_SPOOL_URL="s3://no-such-bucket/spool")

    assert worker.wait(60) == 1
    log = (processes.folder / f"{len(processes.running) - 1}.log").read_text()
    assert "Error: The spool cannot be used: there is no bucket no-such-bucket." in log
    assert "Traceback" not in log


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_without_the_extra_a_bucket_is_refused_at_start(
    processes: GenreProcesses, tmp_path: Path, command: str
) -> None:
    (tmp_path / "s3fs.py").write_text("raise ImportError('not installed')\n")

    process = processes.start(command, PYTHONPATH=str(tmp_path))

    assert process.wait(60) == 1
    log = (processes.folder / f"{len(processes.running) - 1}.log").read_text()
    expected = "GENRE_SPOOL_URL: s3:// needs a package; install genre-service[s3]."
    assert expected in " ".join(log.split())
    assert "Traceback" not in log
