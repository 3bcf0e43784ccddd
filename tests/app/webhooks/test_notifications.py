"""`classifyBatch(notify:)` over HTTP: each end of a batch is told, and its fate is shown."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.genre_processes import genre_processes
from support.graphql_client import GraphQLClient
from support.model_site import serving
from support.waiting import until
from support.webhook_receiver import HANG, Receiver, receiving

from app.config.credentials import hash_secret
from app.config.settings import Settings
from db.engine import create_engine

pytestmark = pytest.mark.asyncio

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CLASSIFY = """mutation ($csvFile: Upload!, $notify: String, $wait: Boolean! = true) {
  classifyBatch(csvFile: $csvFile, notify: $notify, wait: $wait) { id status }
}"""
STATE = """query ($id: ID!) {
  batch(id: $id) { status notification { url status attempts lastError deliveredAt } }
}"""


@pytest_asyncio.fixture(scope="module")
async def database(engine: AsyncEngine) -> str:
    """A database where no other service ends or delivers anything."""
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("CREATE DATABASE webhooks"))
    return engine.url.set(database="webhooks").render_as_string(hide_password=False)


@asynccontextmanager
async def service(
    settings: Settings, database: str, hosts: str, **changes: Any
) -> AsyncIterator[GraphQLClient]:
    """Run a service on that database."""
    update = {
        "database_url": SecretStr(database),
        "clients": SecretStr(f"test:{hash_secret('test')}"),
        "webhook_hosts": hosts,
        "webhook_secret": SecretStr(SECRET),
        "webhook_private": True,
        "webhook_retry_s": 0.01,
        **changes,
    }
    async with serving(settings.model_copy(update=update)) as http:
        yield GraphQLClient(http, client_id="test", client_secret="test")


async def upload(api: GraphQLClient, content: bytes, **variables: Any) -> dict[str, Any]:
    """Send a file with a webhook and return the whole body."""
    operations = {"query": CLASSIFY, "variables": {"csvFile": None, **variables}}
    form = {"operations": json.dumps(operations), "map": '{"0": ["variables.csvFile"]}'}
    files = {"0": ("tracks.csv", content, "text/csv")}
    response = await api.http.post("/graphql", data=form, files=files, headers=api.headers)
    body: dict[str, Any] = response.json()
    return body


async def classify(api: GraphQLClient, content: bytes, **variables: Any) -> str:
    body = await upload(api, content, **variables)
    assert "errors" not in body, body
    return str(body["data"]["classifyBatch"]["id"])


async def settled(api: GraphQLClient, batch_id: str) -> dict[str, Any]:
    """Return the notification once it is delivered or given up."""
    found: dict[str, Any] = {}

    async def is_settled() -> bool:
        found.update((await api.data(STATE, id=batch_id))["batch"]["notification"])
        return found["status"] != "PENDING"

    await until(is_settled)
    return found


def data_of(receiver: Receiver, number: int = -1) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(receiver.requests[number].body)["data"]
    return data


@pytest.mark.parametrize("wait", [True, False])
async def test_tells_when_a_batch_is_done(
    settings: Settings, database: str, sample: bytes, wait: bool
) -> None:
    async with receiving() as receiver, service(settings, database, receiver.host) as api:
        batch = await classify(api, sample, notify=receiver.url, wait=wait)
        notification = await settled(api, batch)

    assert (data_of(receiver)["id"], data_of(receiver)["rowsStored"]) == (batch, 60)
    assert notification.pop("deliveredAt") is not None
    assert notification == {
        "url": f"http://{receiver.host}/…",  # without the token
        "status": "DELIVERED",
        "attempts": 1,
        "lastError": None,
    }


async def test_tells_when_a_batch_is_cancelled(
    settings: Settings, database: str, sample: bytes
) -> None:
    async with (
        receiving() as receiver,
        service(settings, database, receiver.host, worker=False) as api,
    ):
        batch = await classify(api, sample, notify=receiver.url, wait=False)
        before = (await api.data(STATE, id=batch))["batch"]
        await api.data("mutation ($id: ID!) { cancelBatch(id: $id) { id } }", id=batch)
        await settled(api, batch)

    assert (before["status"], before["notification"]["attempts"]) == ("QUEUED", 0)
    assert data_of(receiver)["status"] == "CANCELLED"


async def test_tries_again_with_the_same_id_and_body(
    settings: Settings, database: str, sample: bytes
) -> None:
    async with receiving(500, 302) as receiver, service(settings, database, receiver.host) as api:
        batch = await classify(api, sample, notify=receiver.url)
        notification = await settled(api, batch)

    assert (notification["status"], notification["attempts"]) == ("DELIVERED", 3)
    assert len({request.body for request in receiver.requests}) == 1
    assert {request.headers["webhook-id"] for request in receiver.requests} == {f"batch_{batch}"}


@pytest.mark.parametrize(
    ("answers", "attempts", "error"),
    [
        pytest.param([500, 500, 503], 3, "The answer was 503.", id="last-attempt"),
        pytest.param([410], 1, "The answer was 410.", id="gone"),
    ],
)
async def test_gives_up(
    settings: Settings,
    database: str,
    sample: bytes,
    answers: list[int],
    attempts: int,
    error: str,
) -> None:
    async with (
        receiving(*answers) as receiver,
        service(settings, database, receiver.host, webhook_attempts=3) as api,
    ):
        batch = await classify(api, sample, notify=receiver.url)
        notification = await settled(api, batch)

    assert (notification["status"], notification["attempts"]) == ("FAILED", attempts)
    assert (notification["lastError"], notification["deliveredAt"]) == (error, None)
    assert len(receiver.requests) == attempts


@pytest.mark.parametrize(
    ("hosts", "url", "message"),
    [
        pytest.param("", "https://hooks.example/", "is switched off here", id="off"),
        pytest.param("a.example", "https://b.example/", "GENRE_WEBHOOK_HOSTS", id="host"),
        pytest.param("a.example", "nonsense", "must begin with", id="nonsense"),
    ],
)
async def test_refuses_other_hosts_and_stores_nothing(
    settings: Settings, database: str, sample: bytes, hosts: str, url: str, message: str
) -> None:
    async with service(settings, database, hosts) as api:
        before = await api.data("{ batches { totalCount } }")
        (error,) = (await upload(api, sample, notify=url))["errors"]
        after = await api.data("{ batches { totalCount } }")

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in error["message"]
    assert after == before


async def test_a_file_that_is_no_csv_makes_no_webhook(settings: Settings, database: str) -> None:
    async with receiving() as receiver, service(settings, database, receiver.host) as api:
        body = await upload(api, b"", notify=receiver.url)

    assert body["errors"][0]["extensions"]["code"] == "EMPTY_CSV"
    assert receiver.requests == []


async def test_a_batch_without_a_webhook_has_no_notification(
    settings: Settings, database: str, sample: bytes
) -> None:
    async with service(settings, database, "") as api:
        batch = await classify(api, sample)
        assert (await api.data(STATE, id=batch))["batch"]["notification"] is None


async def test_a_process_that_ends_a_batch_need_not_be_the_one_that_tells(
    settings: Settings, database: str, sample: bytes
) -> None:
    """A worker of an older release, or with other settings, knows nothing of webhooks."""
    async with receiving() as receiver:
        async with service(settings, database, receiver.host, worker=False) as api:
            batch = await classify(api, sample, notify=receiver.url, wait=False)
        async with service(settings, database, "") as api:
            await until(lambda: has_ended(api, batch))
        assert receiver.requests == []
        async with service(settings, database, receiver.host) as api:
            notification = await settled(api, batch)

    assert (notification["status"], len(receiver.requests)) == ("DELIVERED", 1)


async def has_ended(api: GraphQLClient, batch_id: str) -> bool:
    return bool((await api.data(STATE, id=batch_id))["batch"]["status"] == "DONE")


async def test_many_processes_send_each_webhook_once(
    settings: Settings, database: str, sample: bytes
) -> None:
    async with (
        receiving() as receiver,
        service(settings, database, receiver.host) as one,
        service(settings, database, receiver.host) as two,
    ):
        ids = await asyncio.gather(
            *(classify(api, sample, notify=receiver.url) for api in (one, two) * 5)
        )
        for batch in ids:
            assert (await settled(one, batch))["attempts"] == 1

    assert sorted(data_of(receiver, n)["id"] for n in range(len(receiver.requests))) == sorted(ids)


async def test_kill_9_while_sending_loses_nothing(
    settings: Settings, database: str, sample: bytes, tmp_path: Path
) -> None:
    async with receiving(HANG) as receiver:
        environment = {
            "GENRE_DATABASE_URL": database,
            "GENRE_CLIENTS": f"test:{hash_secret('test')}",
            "GENRE_DATA_DIR": str(tmp_path / "data"),
            "GENRE_WEBHOOK_HOSTS": receiver.host,
            "GENRE_WEBHOOK_SECRET": SECRET,
            "GENRE_WEBHOOK_PRIVATE": "true",
        }
        with genre_processes(tmp_path, **environment) as processes:
            process, address = await asyncio.to_thread(processes.serve)
            async with httpx.AsyncClient(base_url=address, timeout=60) as http:
                api = GraphQLClient(http, client_id="test", client_secret="test")
                batch = await classify(api, sample, notify=receiver.url)
                await until(lambda: has_received(receiver))
                process.send_signal(signal.SIGKILL)
                process.wait()
        await let_lease_run_out(database)
        async with service(settings, database, receiver.host) as api:
            notification = await settled(api, batch)

    assert (notification["status"], notification["attempts"]) == ("DELIVERED", 2)
    assert [data_of(receiver, number)["id"] for number in (0, 1)] == [batch, batch]


async def has_received(receiver: Receiver) -> bool:
    return bool(receiver.requests)


async def let_lease_run_out(database: str) -> None:
    """Spare the test the minute that a lease lasts."""
    other = create_engine(database)
    async with other.begin() as connection:
        await connection.execute(text("UPDATE batch_notifications SET due_at = now()"))
    await other.dispose()
