"""A file that takes a worker some seconds, followed to the end while workers start and stop."""

import io
from typing import Any

from support.graphql_client import GraphQLClient
from support.sse_reading import PROGRESS, read_events

from ml.sampling.generator import write_sample_csv

ROWS = 6_000
QUEUE = """mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) {
  id status
} }"""
TOTALS = """query ($id: ID!) {
  batch(id: $id) { status genres { trackCount } rejects { totalCount } }
  genres { trackCount }
}"""
REMOVE = "mutation ($id: ID!) { deleteBatch(id: $id) { id } }"
BAD_LINE = 17


def make_big_file() -> bytes:
    """Make a file that takes some seconds, with one bad row."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=ROWS, seed=11)
    lines = stream.getvalue().encode().splitlines(keepends=True)
    lines.insert(BAD_LINE - 1, b"0,short\n")
    return b"".join(lines)


async def follow(
    service: GraphQLClient, batch_id: str, then: dict[int, Any]
) -> list[dict[str, Any]]:
    """Follow a batch to its end; call back once after a given number of rows."""
    states = []
    async for event in read_events(service.http, service.headers, PROGRESS, id=batch_id):
        states.append(event["data"]["batchProgress"])
        for rows in [rows for rows in then if states[-1]["rowsReceived"] >= rows]:
            then.pop(rows)()
    return states


async def assert_whole(service: GraphQLClient, batch_id: str, states: list[dict[str, Any]]) -> None:
    """Every row was stored or rejected once, and progress never went backwards."""
    received = [state["rowsReceived"] for state in states]
    assert received == sorted(received)
    assert states[-1]["status"] == "DONE"
    assert received[-1] == ROWS + 1
    assert (states[-1]["rowsStored"], states[-1]["rowsRejected"]) == (ROWS, 1)
    totals = await service.data(TOTALS, id=batch_id)
    assert sum(genre["trackCount"] for genre in totals["batch"]["genres"]) == ROWS
    assert sum(genre["trackCount"] for genre in totals["genres"]) == ROWS
    assert totals["batch"]["rejects"]["totalCount"] == 1
