"""What is kept of features: written once, replaced when they change, gone with their track."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

PLACES = text("SELECT track_id, ctid::text FROM track_features ORDER BY track_id")
Rows = list[dict[str, str]]


async def places(engine: AsyncEngine) -> dict[int, Any]:
    """Return where the row of each track lies; a row that is written again lies elsewhere."""
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
    again = {**sample_rows[0], "tempo": "91.5"}  # in another chunk than the first one

    batch = await api.classify(write_csv([*sample_rows, again]))
    before = await places(engine)
    await api.classify(write_csv(sample_rows))

    assert batch["rowsRejected"] == 1
    assert await places(engine) == before


async def test_features_go_with_their_track(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    batch = await api.classify(sample)

    await api.data("mutation ($id: ID!) { deleteBatch(id: $id) { id } }", id=batch["id"])

    assert await places(engine) == {}
