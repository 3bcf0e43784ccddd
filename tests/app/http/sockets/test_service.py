"""WebSockets of the real service: progress, limits on documents, uploads, and stopping."""

import contextlib
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.genre_processes import genre_processes
from support.graphql_client import GraphQLClient
from support.sockets import Socket, greeted, open_socket
from websockets.exceptions import ConnectionClosed, InvalidStatus

pytestmark = pytest.mark.asyncio

PROGRESS = "subscription ($id: ID!) { batchProgress(id: $id) { id status rowsStored } }"
QUEUE = "mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) { id } }"


async def test_follows_a_batch_to_its_end(api: GraphQLClient, address: str, sample: bytes) -> None:
    batch = (await api.upload(sample, query=QUEUE))["data"]["classifyBatch"]

    async with greeted(address) as socket:
        await socket.subscribe("1", PROGRESS, id=batch["id"])
        *events, complete = await socket.collect("1")

    assert complete == {"type": "complete", "id": "1"}
    assert events[-1]["payload"]["data"]["batchProgress"] == {
        "id": batch["id"],
        "status": "DONE",
        "rowsStored": 60,
    }


async def test_an_unknown_batch_is_not_found(api: GraphQLClient, address: str) -> None:
    async with greeted(address) as socket:
        await socket.subscribe("1", PROGRESS, id="00000000-0000-0000-0000-000000000000")
        messages = await socket.collect("1")

    assert "NOT_FOUND" in str(messages)


async def test_limits_documents_as_over_http(api: GraphQLClient, address: str) -> None:
    async with greeted(address) as socket:
        fields = " ".join(f"a{number}: genres {{ name }}" for number in range(21))
        await socket.subscribe("1", f"{{ {fields} }}")
        (error,) = await socket.collect("1")

    assert error["payload"][0]["extensions"]["limitName"] == "root_fields"


async def test_takes_no_files(api: GraphQLClient, address: str) -> None:
    """Files are sent over HTTP, by the multipart specification."""
    async with greeted(address) as socket:
        await socket.subscribe("1", QUEUE, csvFile="trackID,title\n1,a")
        (error,) = await socket.collect("1")

    assert error["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert (await api.data("{ batches { totalCount } }")) == {"batches": {"totalCount": 0}}


async def test_a_foreign_page_cannot_use_the_development_credentials(address: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with open_socket(address, origin="http://evil.test"):
            pass

    assert caught.value.response.status_code == 403


async def test_the_service_stops_with_an_open_subscription(sample: bytes, tmp_path: Path) -> None:
    settings = {"GENRE_DATA_DIR": str(tmp_path / "data"), "GENRE_WORKER": "false"}
    with genre_processes(tmp_path, **settings) as processes:
        process, address = processes.serve()
        async with httpx.AsyncClient(base_url=address) as http:
            client = GraphQLClient(http, client_id="test", client_secret="test")
            batch = (await client.upload(sample, query=QUEUE))["data"]["classifyBatch"]["id"]
        async with greeted(address) as socket:
            await socket.subscribe("1", PROGRESS, id=batch)
            assert (await socket.receive())["payload"]["data"]["batchProgress"]["id"] == batch
            process.send_signal(signal.SIGTERM)
            messages, close = await rest_of(socket)
        code = process.wait(timeout=20)
        logs = processes.logs()

    assert code == -signal.SIGTERM, logs
    assert messages == [] or "SERVICE_UNAVAILABLE" in str(messages)
    assert close == 1012
    assert "Traceback" not in logs


async def rest_of(socket: Socket) -> tuple[list[dict[str, Any]], int | None]:
    """Return what still arrives, and the code the connection is closed with."""
    messages = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            messages.append(await socket.receive())
    close = socket.connection.protocol.close_rcvd
    return messages, close and close.code
