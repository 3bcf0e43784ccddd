"""A machine that fails during a batch: the service and its Postgres die together."""

import io
import signal
from pathlib import Path

import httpx
import pytest
from support.genre_processes import genre_processes
from support.graphql_client import GraphQLClient
from support.postgres_processes import kill, server_pids
from support.sse_reading import PROGRESS, read_events

from ml.sampling.generator import write_sample_csv

pytestmark = pytest.mark.asyncio
ROWS = 4_000
QUEUE = "mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) { id } }"
TOTALS = """query ($id: ID!) {
  batch(id: $id) { status rowsReceived rowsStored genres { trackCount } }
  genres { trackCount }
}"""


def client(http: httpx.AsyncClient) -> GraphQLClient:
    """Return a client with the development credentials."""
    return GraphQLClient(http, client_id="test", client_secret="test")


async def test_the_batch_goes_on_where_the_disk_says(tmp_path: Path) -> None:
    stream = io.StringIO()
    write_sample_csv(stream, rows=ROWS, seed=12)
    settings = {"GENRE_DATA_DIR": str(tmp_path / "data"), "GENRE_CHUNK_BYTES": str(128 * 1024)}
    with genre_processes(tmp_path, **settings) as processes:
        service, address = processes.serve()
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            api = client(http)
            body = await api.upload(stream.getvalue().encode(), query=QUEUE)
            batch_id = body["data"]["classifyBatch"]["id"]
            with pytest.raises(httpx.TransportError):  # noqa: PT012
                async for event in read_events(http, api.headers, PROGRESS, id=batch_id):
                    if event["data"]["batchProgress"]["rowsReceived"] >= ROWS // 3:
                        service.send_signal(signal.SIGKILL)
                        kill(server_pids(tmp_path / "data"))
        service.wait()

        service, address = processes.serve(GENRE_WORKER="false")
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            found = await client(http).data(TOTALS, id=batch_id)
            worker = processes.start("worker")
            async for _ in read_events(http, client(http).headers, PROGRESS, id=batch_id):
                pass
            ended = await client(http).data(TOTALS, id=batch_id)
        for process in (worker, service):  # the last one stops Postgres
            process.terminate()
            process.wait(30)

    kept = found["batch"]["rowsStored"]
    assert kept < ROWS
    for totals, rows in ((found, kept), (ended, ROWS)):
        assert totals["batch"]["rowsReceived"] == totals["batch"]["rowsStored"] == rows
        assert sum(genre["trackCount"] for genre in totals["batch"]["genres"]) == rows
        assert sum(genre["trackCount"] for genre in totals["genres"]) == rows
    assert ended["batch"]["status"] == "DONE"
