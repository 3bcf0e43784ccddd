"""`Batch.rowsPerSecond` and `secondsLeft`: measured where rows are stored, the same to everyone."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from support.graphql_client import GraphQLClient
from support.reclassifying import change
from support.sse_reading import read_events
from support.worker_steps import make_many_rows

from db.batches.locks import lock_batch

pytestmark = pytest.mark.asyncio
FIELDS = "status rowsReceived rowsTotal bytesRead bytesTotal rowsPerSecond secondsLeft"
QUEUE = "mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) { id } }"
FOLLOW = f"subscription ($id: ID!) {{ batchProgress(id: $id) {{ {FIELDS} }} }}"
BATCH = f"query ($id: ID!) {{ batch(id: $id) {{ {FIELDS} }} }}"
INSERT = """
INSERT INTO batches (id, file_name, status, model_version, kind, is_background, rows_received,
    rows_total, bytes_read, bytes_total, running_since, advanced_at, rows_per_second)
SELECT CAST(:id AS uuid), 'tracks.csv', 'RUNNING', version, CAST(:kind AS text), false, 1000,
    CAST(:rows_total AS bigint), :bytes_read, CAST(:bytes_total AS bigint), now(),
    now() - CAST(:age AS interval), 250
FROM model_versions LIMIT 1
"""
RUNNING: dict[str, Any] = {
    "kind": "UPLOAD",
    "rows_total": None,
    "bytes_read": 4_000,
    "bytes_total": 10_000,
    "age": timedelta(seconds=1),
}


@pytest_asyncio.fixture
async def running(api: GraphQLClient, engine: AsyncEngine) -> AsyncIterator[Any]:
    """Record batches as another process does that runs them."""
    await api.classify(make_many_rows())  # so that there is a model to name
    async with contextlib.AsyncExitStack() as locks:

        async def record(**changes: Any) -> dict[str, Any]:
            batch_id = uuid.uuid4()
            await locks.enter_async_context(lock_batch(engine, batch_id, shared=True))
            await change(engine, INSERT, **{**RUNNING, **changes, "id": batch_id})
            batch: dict[str, Any] = (await api.data(BATCH, id=str(batch_id)))["batch"]
            return batch

        yield record


async def test_the_rate_is_known_once_rows_are_stored_until_the_end(api: GraphQLClient) -> None:
    queued = (await api.upload(make_many_rows(), query=QUEUE))["data"]["classifyBatch"]

    events = read_events(api.http, api.headers, FOLLOW, id=queued["id"])
    states = [event["data"]["batchProgress"] async for event in events]

    for state in states:
        is_measured = state["status"] == "RUNNING" and state["rowsReceived"] > 0
        assert (state["rowsPerSecond"] is not None) == is_measured
        assert (state["secondsLeft"] is not None) == is_measured
        assert (state["bytesRead"] == state["bytesTotal"]) == (state["status"] == "DONE")
    measured = [state for state in states if state["rowsPerSecond"] is not None]
    assert measured, "the file has several chunks"
    for state in measured:
        assert state["rowsPerSecond"] > 0
        rows_left = state["rowsReceived"] * (state["bytesTotal"] / state["bytesRead"] - 1)
        assert state["secondsLeft"] == pytest.approx(rows_left / state["rowsPerSecond"])


async def test_bytes_tell_how_long_a_file_takes(running: Any) -> None:
    batch = await running()

    assert (batch["rowsPerSecond"], batch["secondsLeft"]) == (250, 6)  # 1,500 rows are left


async def test_rows_tell_how_long_a_reclassification_takes(running: Any) -> None:
    batch = await running(kind="RECLASSIFY", rows_total=6_000, bytes_read=0, bytes_total=None)

    assert (batch["rowsPerSecond"], batch["secondsLeft"]) == (250, 20)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"bytes_total": None}, id="size unknown"),
        pytest.param({"bytes_read": 0}, id="nothing read"),
    ],
)
async def test_the_time_left_may_be_unknown(running: Any, changes: dict[str, Any]) -> None:
    batch = await running(**changes)

    assert (batch["rowsPerSecond"], batch["secondsLeft"]) == (250, None)


async def test_a_rate_that_is_not_renewed_is_unknown(running: Any) -> None:
    batch = await running(age=timedelta(minutes=1))

    assert (batch["rowsPerSecond"], batch["secondsLeft"]) == (None, None)
