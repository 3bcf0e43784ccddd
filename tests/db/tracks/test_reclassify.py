"""Stored tracks are read page by page and get new predictions; corrected ones are left alone."""

import uuid
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_sessions, driver_of
from db.model_versions import save_model
from db.records import ClassifiedTracks, GenreCount, ModelVersion, TrackFeatures
from db.tracks.corrections import NewCorrection, PostgresCorrections
from db.tracks.reclassify import (
    PostgresStoredTracks,
    StoredPage,
    Unclassified,
    reclassified_rows,
    update_predictions,
)
from db.tracks.repository import PostgresTracks
from db.tracks.writer import PostgresTrackWriter

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("empty_database")]
OLD = ModelVersion("old", ("blues", "folk"))
NEW = ModelVersion("new", ('a "new", genre', "folk", "métal"), 0.5)
COLUMNS = ("tempo", "loudness")
BATCH = uuid.UUID(int=7)


async def save(engine: AsyncEngine, ids: Sequence[int], *, features: bool = True) -> None:
    numbers = np.array([[n, n / 3] for n in ids], np.float64)
    tags = pa.array([f"word{n}" for n in ids], pa.string())
    tracks = ClassifiedTracks(
        lines=np.zeros(len(ids), np.int64),
        track_ids=np.array(ids, np.int64),
        titles=pa.array([f"Title {n}" for n in ids], pa.string()),
        predicted=np.ones(len(ids), np.intp),
        probabilities=np.tile([0.25, 0.75], (len(ids), 1)),
        features=TrackFeatures(tags, numbers, COLUMNS) if features else None,
    )
    await PostgresTrackWriter(engine).save_tracks(tracks, OLD)


async def read_all(
    engine: AsyncEngine, wanted: Unclassified | None = None, *, after: int = -1
) -> list[StoredPage]:
    stored = PostgresStoredTracks(engine, page_tracks=4)
    pages = []
    while page := await stored.read_page(wanted or Unclassified("new"), after=after):
        pages.append(page.decode(COLUMNS))
        after = page.last_id
    return pages


def ids(pages: Sequence[StoredPage]) -> list[int]:
    return [track_id for page in pages for track_id in page.track_ids.tolist()]


async def classify(engine: AsyncEngine, page: StoredPage) -> list[int]:
    """Give every track of a page the third genre of the new model; return those that took it."""
    size = len(page.track_ids)
    tracks = ClassifiedTracks(
        lines=np.zeros(size, np.int64),
        track_ids=page.track_ids,
        titles=page.titles,
        predicted=np.full(size, 2, np.intp),
        probabilities=np.tile([0.1, 0.3, 0.6], (size, 1)),
        classified_us=page.classified_us,
    )
    rows = reclassified_rows(tracks, NEW.genres)
    async with engine.begin() as connection:
        await connection.execute(save_model(NEW))
        return await update_predictions(await driver_of(connection), rows, NEW.version)


async def test_reads_every_track_once_with_its_features(engine: AsyncEngine) -> None:
    await save(engine, range(10))

    pages = await read_all(engine)

    assert [len(page.track_ids) for page in pages] == [4, 4, 2]
    assert ids(pages) == list(range(10))
    assert [title for page in pages for title in page.titles.to_pylist()] == [
        f"Title {n}" for n in range(10)
    ]
    numbers = np.concatenate([page.features.numbers for page in pages])
    assert numbers.tolist() == [[n, n / 3] for n in range(10)]
    assert pages[0].features.tags.to_pylist() == ["word0", "word1", "word2", "word3"]
    assert ids(await read_all(engine, after=6)) == [7, 8, 9]


async def test_skips_what_need_not_or_cannot_be_classified_again(engine: AsyncEngine) -> None:
    await save(engine, range(10))
    await save(engine, [8, 9], features=False)
    corrections = PostgresCorrections(create_sessions(engine))
    await corrections.correct_genres([NewCorrection(0, "polka"), NewCorrection(1, "folk")], None)
    async with engine.begin() as connection:
        statement = text("UPDATE tracks SET batch_id = :id WHERE track_id IN (1, 3, 5, 9)")
        await connection.execute(statement, {"id": BATCH})
    stored = PostgresStoredTracks(engine)
    of_batch = Unclassified("new", BATCH)

    pages = await read_all(engine)

    assert ids(pages) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert [page.has_features.tolist() for page in pages] == [
        [True] * 4,
        [True, True, False, False],
    ]
    assert ids(await read_all(engine, of_batch)) == [3, 5, 9]
    assert await read_all(engine, Unclassified("old")) == []
    assert await stored.count(Unclassified("new")) == 8
    assert await stored.count(of_batch) == 3
    assert await stored.count(Unclassified("old")) == 0


async def test_replaces_predictions_and_keeps_the_counts_right(engine: AsyncEngine) -> None:
    await save(engine, range(6))
    tracks = PostgresTracks(create_sessions(engine))
    before = (await tracks.find_tracks([3]))[3]

    changed = [await classify(engine, page) for page in await read_all(engine)]

    assert [len(track_ids) for track_ids in changed] == [4, 2]
    after = (await tracks.find_tracks([3]))[3]
    assert (after.genre, after.confidence, after.model_version) == ("métal", 0.6, "new")
    assert after.probabilities == [("métal", 0.6), ("folk", 0.3), ('a "new", genre', 0.1)]
    assert after.classified_at > before.classified_at
    assert (after.title, after.batch_id) == (before.title, before.batch_id)
    assert await tracks.list_genres() == [GenreCount("métal", 6)]
    assert await read_all(engine) == []


async def test_leaves_alone_what_changed_after_it_was_read(engine: AsyncEngine) -> None:
    await save(engine, range(4))
    tracks = PostgresTracks(create_sessions(engine))
    (page,) = await read_all(engine)
    corrections = PostgresCorrections(create_sessions(engine))
    await corrections.correct_genres([NewCorrection(0, "polka")], "anna")
    await save(engine, [1])
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM tracks WHERE track_id = 2"))

    changed = await classify(engine, page)

    found = await tracks.find_tracks(range(4))
    assert changed == [3]
    assert {n: (t.genre, t.model_version) for n, t in found.items()} == {
        0: ("polka", "old"),
        1: ("folk", "old"),
        3: ("métal", "new"),
    }
    counts = [GenreCount("folk", 1), GenreCount("métal", 1), GenreCount("polka", 1)]
    assert await tracks.list_genres() == counts
