"""Stored features: written once, replaced when they change, deleted with their track."""

import io
import uuid
from dataclasses import replace
from typing import Any

import anyio
import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.stored_features import NEW_NUMBER, store_under

from db.engine import create_sessions
from db.tracks.features import PostgresFeatures
from ml.columns import NUMBER_COLUMNS
from ml.reading.tracks_csv import read_all_tracks

pytestmark = pytest.mark.asyncio

PLACES = text("SELECT track_id, ctid::text FROM track_features ORDER BY track_id")
Rows = list[dict[str, str]]


async def places(engine: AsyncEngine) -> dict[int, Any]:
    """Return the location of each track's row; a row that is rewritten moves."""
    async with engine.connect() as connection:
        return {row.track_id: row.ctid for row in await connection.execute(PLACES)}


async def test_a_file_that_is_sent_again_writes_no_features(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    await api.classify(sample)
    before = await places(engine)

    await api.classify(sample)

    assert len(before) == 60
    assert await places(engine) == before


async def test_only_changed_features_are_written(
    api: GraphQLClient, sample_rows: Rows, engine: AsyncEngine
) -> None:
    await api.classify(write_csv(sample_rows))
    before = await places(engine)

    await api.classify(write_csv(sample_rows, {(2, "tempo"): "91.5", (3, "tags"): "love,night"}))

    after = await places(engine)
    assert {track_id for track_id in before if before[track_id] != after[track_id]} == {1, 2}


async def test_a_duplicate_that_is_left_out_leaves_the_features_alone(
    api: GraphQLClient, sample_rows: Rows, engine: AsyncEngine
) -> None:
    again = {**sample_rows[0], "tempo": "91.5"}  # in a different chunk from the first one

    batch = await api.classify(write_csv([*sample_rows, again]))
    before = await places(engine)
    await api.classify(write_csv(sample_rows))

    assert batch["rowsRejected"] == 1
    assert await places(engine) == before


async def test_the_previous_release_can_write_to_the_migrated_table(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    await api.classify(sample)
    async with engine.begin() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        (row,) = await driver.fetch(
            "DELETE FROM track_features WHERE track_id = 1 "
            "RETURNING track_id, digest, tags, numbers"
        )
        await driver.copy_records_to_table(
            "track_features", records=[tuple(row)], columns=tuple(row.keys())
        )
    before = await places(engine)

    await api.classify(sample)  # finds them unchanged

    assert await places(engine) == before


async def test_the_same_numbers_of_other_columns_are_written(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    await api.classify(sample)
    tracks = read_all_tracks(io.BytesIO(sample)).tracks
    others = tuple(f"other_{name}" for name in NUMBER_COLUMNS)
    same = replace(tracks, numbers=np.full_like(tracks.numbers, NEW_NUMBER))

    for columns in (NUMBER_COLUMNS, others):
        await store_under(engine, same, 1, columns)

    found = await PostgresFeatures(create_sessions(engine)).find_features([1], others)
    assert found[1].numbers.tolist() == [[NEW_NUMBER] * len(others)]


async def test_concurrent_writers_of_a_new_spec_add_it_once(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    tracks = read_all_tracks(io.BytesIO(sample)).tracks
    columns = (uuid.uuid4().hex, *NUMBER_COLUMNS)

    async with anyio.create_task_group() as group:
        for track_id in (1, 2, 3, 4):
            group.start_soon(store_under, engine, tracks, track_id, columns)

    found = await PostgresFeatures(create_sessions(engine)).find_features([1, 2, 3, 4], columns)
    assert [row.missing(0) for row in found.values()] == [[], [], [], []]
    async with engine.connect() as connection:
        count = text("SELECT count(*) FROM feature_specs WHERE columns[1] = :name")
        assert await connection.scalar(count, {"name": columns[0]}) == 1


async def test_features_go_with_their_track(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    batch = await api.classify(sample)

    await api.data("mutation ($id: ID!) { deleteBatch(id: $id) { id } }", id=batch["id"])

    assert await places(engine) == {}
