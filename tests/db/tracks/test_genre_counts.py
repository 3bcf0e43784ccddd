"""Counts of tracks by genre: exact after any change, even with many concurrent writers."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pyarrow as pa
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_sessions
from db.records import ClassifiedTracks, GenreCount, ModelVersion
from db.tracks.corrections import NewCorrection, PostgresCorrections
from db.tracks.filters import TrackFilter
from db.tracks.repository import PostgresTracks
from db.tracks.writer import PostgresTrackWriter

pytestmark = pytest.mark.asyncio

MODEL = ModelVersion("counts", ("blues", "folk", "metal", "pop"))
# One statement, so that both sides are from the same moment.
DIFFERENCES = """
SELECT count(*) FROM (
    SELECT genre, count(*) AS tracks FROM tracks GROUP BY genre
    EXCEPT ALL
    SELECT genre, sum(track_count) FROM genre_counts GROUP BY genre
) AS differences
"""
NONE_LEFT = "SELECT coalesce(sum(track_count), 0) FROM genre_counts"


@pytest_asyncio.fixture(autouse=True)
async def _same_counts_at_the_end(empty_database: None, engine: AsyncEngine) -> AsyncIterator[None]:
    yield
    async with engine.connect() as connection:
        assert await connection.scalar(text(DIFFERENCES)) == 0
        tracks = await connection.scalar(text("SELECT count(*) FROM tracks"))
        assert await connection.scalar(text(NONE_LEFT)) == tracks


def classified(ids: Sequence[int], genres: Sequence[int]) -> ClassifiedTracks:
    return ClassifiedTracks(
        lines=np.zeros(len(ids), np.int64),
        track_ids=np.array(ids, np.int64),
        titles=pa.array([f"Title {track_id}" for track_id in ids], pa.string()),
        predicted=np.array(genres),
        probabilities=np.full((len(ids), 4), 0.25),
    )


async def save(engine: AsyncEngine, ids: Sequence[int], genres: Sequence[int]) -> None:
    await PostgresTrackWriter(engine).save_tracks(classified(ids, genres), MODEL)


async def counts(engine: AsyncEngine) -> list[GenreCount]:
    return await PostgresTracks(create_sessions(engine)).list_genres()


async def test_insert_replace_correct_and_delete_are_counted(engine: AsyncEngine) -> None:
    corrections = PostgresCorrections(create_sessions(engine))

    await save(engine, [1, 2, 3], [0, 1, 1])
    assert await counts(engine) == [GenreCount("blues", 1), GenreCount("folk", 2)]
    await save(engine, [2, 3, 4], [0, 1, 1])
    assert await counts(engine) == [GenreCount("blues", 2), GenreCount("folk", 2)]
    await corrections.correct_genres([NewCorrection(1, "pop")], None)
    assert await counts(engine) == [
        GenreCount("blues", 1),
        GenreCount("folk", 2),
        GenreCount("pop", 1),
    ]
    await save(engine, [1], [3])
    await corrections.clear_corrections([1])
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM tracks WHERE track_id > 1"))

    assert await counts(engine) == [GenreCount("pop", 1)]
    assert await PostgresTracks(create_sessions(engine)).count_tracks(TrackFilter("pop")) == 1


async def test_a_rollback_leaves_the_counts(engine: AsyncEngine) -> None:
    await save(engine, [1], [0])

    async with engine.connect() as connection:
        await connection.execute(text("DELETE FROM tracks"))
        await connection.rollback()

    assert await counts(engine) == [GenreCount("blues", 1)]


async def test_truncate_forgets_the_counts(engine: AsyncEngine) -> None:
    await save(engine, [1, 2], [0, 1])

    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE tracks CASCADE"))

    assert await counts(engine) == []


async def test_writers_of_one_genre_do_not_wait_for_each_other(engine: AsyncEngine) -> None:
    await save(engine, [1, 2], [0, 0])

    async with engine.connect() as first, engine.connect() as second:
        for connection, track_id in ((first, 1), (second, 2)):
            await connection.execute(text("SET LOCAL lock_timeout = '1s'"))
            correct = text("UPDATE tracks SET corrected_genre = 'pop' WHERE track_id = :id")
            await connection.execute(correct, {"id": track_id})
        await second.commit()
        await first.commit()

    assert await counts(engine) == [GenreCount("pop", 2)]


async def test_many_writers_at_once_neither_deadlock_nor_lose_counts(engine: AsyncEngine) -> None:
    async def write(seed: int) -> None:
        draw = random.Random(seed)
        corrections = PostgresCorrections(create_sessions(engine))
        for _ in range(12):
            ids = sorted(draw.sample(range(200), 40))
            await save(engine, ids, [draw.randrange(4) for _ in ids])
            new = NewCorrection(draw.choice(ids), draw.choice(MODEL.genres))
            await corrections.correct_genres([new], None)
            async with engine.begin() as connection:
                await connection.execute(
                    text("DELETE FROM tracks WHERE track_id = :id"), {"id": draw.choice(ids)}
                )

    async def watch() -> None:
        while True:
            async with engine.connect() as connection:
                assert await connection.scalar(text(DIFFERENCES)) == 0
            await asyncio.sleep(0.01)

    watcher = asyncio.create_task(watch())
    await asyncio.gather(*(write(seed) for seed in range(6)))

    assert not watcher.done()
    watcher.cancel()
    assert sum(count.track_count for count in await counts(engine)) > 0
    async with engine.connect() as connection:
        shards = await connection.scalar(text("SELECT max(shard) FROM genre_counts"))
    assert shards < 20
