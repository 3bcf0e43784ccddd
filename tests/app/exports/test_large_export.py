"""Download more than fits into the buffers of a connection: slowly, in part, or until it fails."""

import asyncio
import csv
import io
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import anyio
import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.waiting import until

from app.exports.files import whole_file, write_csv
from db.engine import create_sessions
from db.errors import StorageUnavailableError
from db.tracks.exports import PostgresExports
from db.tracks.filters import TrackFilter

pytestmark = pytest.mark.asyncio
ROWS = 40_000
TITLE_CHARS = 500
HEADERS = {"client-id": "test", "client-secret": "test"}
FILL = f"""INSERT INTO tracks (track_id, title, title_words, predicted_genre, confidence,
    probabilities, model_version)
  SELECT n, repeat('t', {TITLE_CHARS}), 't', 'folk', 0.5, '{{1}}', 'made up'
  FROM generate_series(1, {ROWS}) AS n"""
READING = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
  AND query LIKE '%tracks.confidence%' AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"""
LAST = f"WHERE track_id > {ROWS}"
END = READING.replace("count(*)", "count(pg_terminate_backend(pid))")


async def ask(engine: AsyncEngine, statement: str) -> int:
    """Query Postgres directly."""
    async with engine.begin() as connection:
        result = await connection.execute(text(statement))
        return int(result.scalar_one()) if result.returns_rows else 0


@pytest_asyncio.fixture
async def many_tracks(engine: AsyncEngine, empty_database: None) -> AsyncIterator[None]:
    """20 MB of tracks."""
    await ask(engine, FILL)
    yield
    await until(lambda: nobody_reads(engine))  # otherwise it could not be emptied


async def nobody_reads(engine: AsyncEngine) -> bool:
    return await ask(engine, READING) == 0


async def somebody_reads(engine: AsyncEngine) -> bool:
    return not await nobody_reads(engine)


@pytest_asyncio.fixture
async def http(address: str, many_tracks: None) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, timeout=60, headers=HEADERS) as client:
        yield client


async def test_a_slow_client_gets_one_snapshot_and_keeps_no_transaction_open(
    http: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    async with http.stream("GET", "/export.csv") as response:
        received = response.aiter_bytes()
        first = await anext(received)
        await ask(engine, f"UPDATE tracks SET corrected_genre = 'punk' {LAST} - 200")
        await ask(engine, f"DELETE FROM tracks {LAST} - 100")
        await until(lambda: nobody_reads(engine))
        rest = [part async for part in received]

    rows = list(csv.DictReader(io.StringIO(b"".join([first, *rest]).decode(), newline="")))
    assert [int(row["trackID"]) for row in rows] == list(range(1, ROWS + 1))
    assert {row["genre"] for row in rows} == {"folk"}


async def test_a_disconnected_client_leaves_nothing_open(
    http: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    for _ in range(20):  # more than the number of connections
        async with http.stream("GET", "/export.csv") as response:
            await anext(response.aiter_bytes())

    await until(lambda: nobody_reads(engine))
    assert (await http.get("/export.csv")).text.count("\n") == ROWS + 1


async def test_a_download_that_fails_does_not_look_whole(
    http: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    async with http.stream("GET", "/export.csv") as response:
        received = response.aiter_bytes()
        parts = [await anext(received)]
        ended = await ask(engine, END)

        with pytest.raises(httpx.RemoteProtocolError):
            await _collect(received, parts)

    assert (response.status_code, ended) == (200, 1)
    assert len(b"".join(parts)) < ROWS * TITLE_CHARS
    assert (await http.get("/export.csv?genre=folk")).text.count("\n") == ROWS + 1


async def _collect(received: AsyncIterator[bytes], parts: list[bytes]) -> None:
    async for part in received:
        parts.append(part)


async def test_a_download_that_fails_at_once_is_an_error(
    http: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("LOCK TABLE tracks"))  # so that the first rows wait
        answer = asyncio.create_task(http.get("/export.csv"))
        await until(lambda: somebody_reads(engine))
        await ask(engine, END)
        response = await answer

    assert response.status_code == 503
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}


async def test_no_more_than_two_downloads_read_at_a_time(
    http: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, await ask(engine, READING))

    watching = asyncio.create_task(watch())
    responses = await asyncio.gather(*(http.get("/export.csv") for _ in range(5)))
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    assert {response.text.count("\n") for response in responses} == {ROWS + 1}
    assert 1 <= most <= 2


async def test_a_file_that_fails_in_the_middle_is_none(
    engine: AsyncEngine, many_tracks: None, tmp_path: Path
) -> None:
    exports = PostgresExports(create_sessions(engine), chunk_rows=100)

    async def write() -> None:
        with whole_file(tmp_path / "tracks.csv") as file:
            await write_csv(exports, TrackFilter(), file, raw=False)

    writing = asyncio.create_task(write())
    await until(lambda: has_bytes(anyio.Path(tmp_path) / "tracks.csv.part"))
    await ask(engine, END)

    with pytest.raises(StorageUnavailableError):
        await writing
    assert os.listdir(tmp_path) == []


async def has_bytes(path: anyio.Path) -> bool:
    return await path.exists() and (await path.stat()).st_size > 0


async def test_reads_one_snapshot_and_ends_its_transaction_when_it_is_closed(
    engine: AsyncEngine, many_tracks: None
) -> None:
    exports = PostgresExports(create_sessions(engine), chunk_rows=100)

    async with aclosing(exports.read_tracks(TrackFilter())) as batches:
        first = await anext(batches)
        await ask(engine, "DELETE FROM tracks WHERE track_id > 100")
        second = await anext(batches)
        open_before = await ask(engine, READING)

    assert first["track_id"].to_pylist() == list(range(1, 101))
    assert second["track_id"].to_pylist() == list(range(101, 201))
    assert (open_before, await ask(engine, READING)) == (1, 0)
