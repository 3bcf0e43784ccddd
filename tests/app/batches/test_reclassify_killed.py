"""A process that classifies stored tracks again is killed with kill -9; another one goes on."""

import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.corrected_tracks import correct
from support.genre_processes import GenreProcesses, genre_processes
from support.graphql_client import GraphQLClient
from support.reclassifying import (
    AGE,
    BATCH,
    COUNTS_DIFFER,
    FOLLOW,
    change,
    multiply,
    reclassify,
    scalar,
)
from support.sse_reading import read_events

from app.config.credentials import hash_secret
from db.engine import create_engine

pytestmark = pytest.mark.asyncio
COPIES = 700
ROWS = 60 * COPIES


@dataclass
class Site:
    """A service without a worker, over many aged tracks, one of which is corrected."""

    processes: GenreProcesses
    engine: AsyncEngine
    api: GraphQLClient

    def start(self, command: str) -> "subprocess.Popen[bytes]":
        """Start a process that works on batches."""
        if command == "worker":
            return self.processes.start("worker")
        return self.processes.serve(GENRE_WORKER="true")[0]


@pytest_asyncio.fixture
async def again(engine: AsyncEngine, tmp_path: Path, sample: bytes) -> AsyncIterator[Site]:
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("DROP DATABASE IF EXISTS again WITH (FORCE)"))
        await outside.execute(text("CREATE DATABASE again"))
    url = engine.url.set(database="again").render_as_string(hide_password=False)
    settings = {
        "GENRE_DATABASE_URL": url,
        "GENRE_CLIENTS": f"test:{hash_secret('test')}",
        "GENRE_DATA_DIR": str(tmp_path / "data"),
        "GENRE_OPERATORS": "test",
        "GENRE_WORKER": "false",
    }
    own = create_engine(url, statement_s=300)
    with genre_processes(tmp_path, **settings) as processes:
        _, address = processes.serve()
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            api = GraphQLClient(http, client_id="test", client_secret="test")
            await api.classify(sample)
            await multiply(own, COPIES)
            await change(own, *AGE)
            yield Site(processes, own, api)
    await own.dispose()


@pytest.mark.parametrize("command", ["worker", "serve"])
async def test_another_process_goes_on(again: Site, command: str) -> None:
    genre = await correct(again.api, 59)
    doomed = again.start(command)
    batch = await reclassify(again.api)

    states = []
    async for event in read_events(again.api.http, again.api.headers, FOLLOW, id=batch["id"]):
        states.append(event["data"]["batchProgress"])
        if states[-1]["rowsReceived"] > ROWS // 4 and doomed.poll() is None:
            doomed.send_signal(signal.SIGKILL)
            doomed.wait()
            again.processes.start("worker")

    received = [state["rowsReceived"] for state in states]
    assert doomed.returncode == -signal.SIGKILL
    assert received == sorted(received)
    assert (states[-1]["status"], states[-1]["rowsStored"]) == ("DONE", ROWS - 1)
    assert {state["rowsTotal"] for state in states} <= {None, ROWS - 1}
    assert again.processes.logs().count("reading on after") == 2
    assert again.processes.logs().count("reading on after 0 rows") == 1
    counts = (await again.api.data(BATCH, id=batch["id"]))["batch"]["genres"]
    assert sum(count["trackCount"] for count in counts) == ROWS - 1
    assert await scalar(again.engine, COUNTS_DIFFER) == 0
    left = "SELECT string_agg(track_id || genre, ',') FROM tracks WHERE model_version = 'older'"
    assert await scalar(again.engine, left) == f"59{genre}"
