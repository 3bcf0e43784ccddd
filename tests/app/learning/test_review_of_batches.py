"""`reviewQueue(batchId)` finds what is left of a batch that was mostly sent again."""

import csv
import io

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

QUEUE = "query ($id: ID!) { reviewQueue(first: 50, batchId: $id) { trackId batch { id } } }"
# More than are scanned whole, so that a sample reads one block in a thousand.
CLAIM_MANY_ROWS = text("UPDATE batches SET rows_stored = 20000000 WHERE id = :id")


async def test_all_that_is_left_of_a_batch_is_found(
    api: GraphQLClient, engine: AsyncEngine, sample: bytes
) -> None:
    rows = list(csv.DictReader(io.StringIO(sample.decode(), newline="")))
    first = await api.classify(sample)
    await api.classify(write_csv(rows[12:]))
    async with engine.begin() as connection:
        await connection.execute(CLAIM_MANY_ROWS, {"id": first["id"]})

    queue = (await api.data(QUEUE, id=first["id"]))["reviewQueue"]

    assert {track["trackId"] for track in queue} == {row["trackID"] for row in rows[:12]}
    assert {track["batch"]["id"] for track in queue} == {first["id"]}
