"""`Batch.bytesRead` and `bytesTotal` count bytes of the file as it was sent, across resumes too."""

import gzip
from typing import Any

import pytest
from support.graphql_client import GraphQLClient
from support.reclassifying import BATCH, follow
from support.worker_steps import ROWS, find, make_many_rows, submit, work_to_the_end, work_until

from app.service import Service

pytestmark = pytest.mark.asyncio
QUEUE = "mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) { id } }"


async def batch_of(api: GraphQLClient, batch_id: str) -> dict[str, Any]:
    batch: dict[str, Any] = (await api.data(BATCH, id=batch_id))["batch"]
    return batch


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
async def test_a_batch_counts_the_bytes_that_were_sent(api: GraphQLClient, compress: Any) -> None:
    content: bytes = compress(make_many_rows() + b"\n\n")

    batch = await batch_of(api, (await api.classify(content))["id"])

    assert (batch["status"], batch["rowsReceived"]) == ("DONE", ROWS + 2)
    assert batch["bytesRead"] == batch["bytesTotal"] == len(content)
    assert batch["rowsTotal"] is None


async def test_progress_goes_from_nothing_to_the_whole_file(api: GraphQLClient) -> None:
    content = make_many_rows()
    queued = (await api.upload(content, query=QUEUE))["data"]["classifyBatch"]

    states = await follow(api, queued["id"])

    read = [state["bytesRead"] for state in states]
    assert {state["bytesTotal"] for state in states} == {len(content)}
    assert read == sorted(read)
    assert read[-1] == len(content)


async def test_a_batch_goes_on_counting_where_it_stopped(idle_service: Service) -> None:
    content = make_many_rows()
    batch_id = await submit(idle_service, content)

    begun = await work_until(idle_service, batch_id, lambda it: it.rows_received)
    stopped = await find(idle_service, batch_id)
    ended = await work_to_the_end(idle_service, batch_id)

    assert 0 < begun.bytes_read <= stopped.bytes_read <= ended.bytes_read == len(content)
    share = stopped.rows_received / (ROWS + 2)
    assert stopped.bytes_read == pytest.approx(share * len(content), rel=0.1)
