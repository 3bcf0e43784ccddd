"""`genre classify` and `genre reclassify` as a person runs them, up to Ctrl-C."""

import asyncio
import os
import signal
import sys
import uuid
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from support.graphql_client import GraphQLClient
from support.reclassifying import AGE, change, multiply, scalar
from support.waiting import until

from app.config.settings import Settings
from ml.sampling.generator import write_sample_csv

pytestmark = pytest.mark.asyncio
PROGRAM = [sys.executable, "-c", "from app.cli import main; main()"]
STORED = "SELECT max(rows_stored) FROM batches WHERE status = 'RUNNING'"
OLDER = "SELECT count(*) FROM tracks WHERE model_version = 'older'"


class Command:
    """A command that runs on the data folder of the tests."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    async def end(self) -> tuple[int | None, str]:
        """Wait for the end; return the exit status and what was printed."""
        out, error = await asyncio.wait_for(self._process.communicate(), 60)
        return self._process.returncode, (out + error).decode()


async def start(settings: Settings, *arguments: object, **more: str) -> Command:
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "COLUMNS": "200",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "GENRE_DATA_DIR": str(settings.data_dir),
            **more,
        },
    )
    return Command(process)


async def test_ctrl_c_cancels_the_file_that_is_being_classified(
    settings: Settings, empty_database: None, engine: AsyncEngine, tmp_path: Path
) -> None:
    for name in ("long.csv", "next.csv"):
        write_sample_csv(tmp_path / name, rows=20_000, seed=1)
    files = (tmp_path / "long.csv", tmp_path / "next.csv")
    command = await start(settings, "classify", *files, GENRE_CHUNK_BYTES="65536")

    await until(lambda: scalar(engine, STORED), timeout_s=60)
    command.interrupt()
    status, printed = await command.end()

    assert status == 1
    assert "CANCELLED" in printed
    assert "Traceback" not in printed
    found = "SELECT string_agg(status || rows_stored, ',') FROM batches"
    stored = await scalar(engine, "SELECT count(*) FROM tracks")
    assert await scalar(engine, found) == f"CANCELLED{stored}"
    assert 0 < stored < 20_000
    assert f"Cancelled: the {stored:,} tracks stored by then are kept." in printed
    assert "Not classified: next.csv." in printed
    assert "100 %" not in printed


async def test_classify_ends_with_the_numbers_of_the_batch(
    settings: Settings, empty_database: None, tmp_path: Path
) -> None:
    file = tmp_path / "tracks.csv"
    write_sample_csv(file, rows=200, seed=1)

    status, printed = await (await start(settings, "classify", file)).end()

    size = f"{file.stat().st_size / 1_000:.1f} kB"
    assert status == 0, printed
    assert f"100 % · {size} of {size} · 200 rows" in printed


async def test_classify_imports_nothing_that_only_training_needs(
    settings: Settings, empty_database: None, tmp_path: Path
) -> None:
    write_sample_csv(tmp_path / "tracks.csv", rows=20, seed=1)
    command = await start(
        settings, "classify", tmp_path / "tracks.csv", PYTHONPROFILEIMPORTTIME="1"
    )

    status, printed = await command.end()

    # A library whose import is refused is listed too, but none of its modules.
    imported = {line.rpartition("|")[2].strip() for line in printed.splitlines()}
    assert status == 0
    assert {"lightgbm", "pyarrow"} <= imported
    assert not imported & {"sklearn.base", "pandas.core", "scipy.stats"}


async def test_reclassify_shows_what_became_of_the_tracks(
    settings: Settings, api: GraphQLClient, engine: AsyncEngine, sample: bytes
) -> None:
    upload = await api.classify(sample)
    await change(engine, *AGE)

    status, printed = await (await start(settings, "reclassify", "--batch", upload["id"])).end()

    assert status == 0, printed
    assert "DONE, 60 rows received, 60 stored, 0 rejected" in printed
    assert "reclassification of tracks.csv" in printed
    assert await scalar(engine, OLDER) == 0


async def test_reclassify_names_a_batch_that_there_is_not(
    settings: Settings, empty_database: None
) -> None:
    batch_id = uuid.uuid4()

    status, printed = await (await start(settings, "reclassify", "--batch", batch_id)).end()

    assert status == 2
    assert f"There is no batch {batch_id}" in printed


async def test_ctrl_c_cancels_a_reclassification(
    settings: Settings, api: GraphQLClient, engine: AsyncEngine, sample: bytes
) -> None:
    await api.classify(sample)
    await multiply(engine, 1_000)
    await change(engine, *AGE)
    command = await start(settings, "reclassify")

    await until(lambda: scalar(engine, STORED), timeout_s=60)
    command.interrupt()
    status, printed = await command.end()

    assert status == 1
    assert "CANCELLED" in printed
    assert "Traceback" not in printed
    assert 0 < await scalar(engine, OLDER) < 60_000
