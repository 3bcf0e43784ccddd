"""One webhook: what is sent, what counts as accepted, and which certificates are trusted."""

import ssl
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from support.certificates import make_certificates
from support.webhook_receiver import HANG, receiving

from app.webhooks import delivery
from app.webhooks.delivery import DeliveryError, Sender
from app.webhooks.rules import WebhookRules
from app.webhooks.signature import parse_secrets, sign
from db.batches.kind import BatchKind
from db.batches.records import BatchRecord
from db.batches.status import BatchStatus

pytestmark = pytest.mark.asyncio

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ENDED = datetime(2026, 11, 25, 3, 0, 1, tzinfo=UTC)
BATCH = BatchRecord(
    id=uuid.UUID("8471dd0e-5baa-432f-9fe4-b47e25cab75a"),
    kind=BatchKind.UPLOAD,
    file_name="secret-name.csv",
    status=BatchStatus.DONE,
    model_version="b630bac0d454",
    rows_received=62,
    rows_rejected=2,
    rows_stored=60,
    rows_total=None,
    bytes_read=1,
    bytes_total=1,
    rows_per_second=None,
    started_at=datetime(2026, 11, 25, 3, 0, tzinfo=UTC),
    finished_at=ENDED,
    error_code=None,
    error_message=None,
)


def make_sender(*hosts: str, private: bool = True, timeout_s: float = 5) -> Sender:
    return Sender(WebhookRules(hosts, private), tuple(parse_secrets(SECRET)), timeout_s)


async def test_sends_the_counts_signed() -> None:
    async with receiving() as receiver:
        await make_sender(receiver.host).send(receiver.url, BATCH)

    (request,) = receiver.requests
    assert request.path == "/hook?token=secret"
    assert request.headers["host"] == receiver.host
    assert orjson.loads(request.body) == {
        "type": "batch.ended",
        "timestamp": "2026-11-25T03:00:01+00:00",
        "data": {
            "id": "8471dd0e-5baa-432f-9fe4-b47e25cab75a",
            "status": "DONE",
            "rowsReceived": 62,
            "rowsRejected": 2,
            "rowsStored": 60,
            "modelVersion": "b630bac0d454",
            "startedAt": "2026-11-25T03:00:00+00:00",
            "finishedAt": "2026-11-25T03:00:01+00:00",
            "errorCode": None,
        },
    }
    message_id = request.headers["webhook-id"]
    timestamp = int(request.headers["webhook-timestamp"])
    assert abs(timestamp - time.time()) < 60
    assert request.headers["webhook-signature"] == sign(
        parse_secrets(SECRET), message_id, timestamp, request.body
    )


@pytest.mark.parametrize(
    ("status", "message", "is_final"),
    [
        pytest.param(500, "The answer was 500.", False, id="server-error"),
        pytest.param(404, "The answer was 404.", False, id="not-found"),
        pytest.param(410, "The answer was 410.", True, id="gone"),
        pytest.param(302, "redirects are not followed", False, id="redirect"),
        pytest.param(HANG, "No answer within 0.2 s.", False, id="silence"),
    ],
)
async def test_other_answers_are_failures(status: int, message: str, is_final: bool) -> None:
    async with receiving() as elsewhere, receiving(status) as receiver:
        receiver.location = elsewhere.url
        timeout_s = 0.2 if status == HANG else 5
        with pytest.raises(DeliveryError, match=message) as caught:
            await make_sender(receiver.host, timeout_s=timeout_s).send(receiver.url, BATCH)

    assert caught.value.is_final is is_final
    assert elsewhere.requests == []


async def test_a_closed_port_is_a_failure_that_names_no_address() -> None:
    async with receiving() as receiver:
        pass
    with pytest.raises(DeliveryError, match=r"The connection failed \(ConnectError\)"):
        await make_sender(receiver.host).send(receiver.url, BATCH)


async def test_private_addresses_are_not_called_unless_set() -> None:
    async with receiving() as receiver:
        sender = make_sender(f"localhost:{receiver.port}", private=False)
        with pytest.raises(DeliveryError, match="private address"):
            await sender.send(f"https://localhost:{receiver.port}/", BATCH)

    assert receiver.requests == []


async def test_hosts_that_are_no_longer_allowed_are_not_called() -> None:
    async with receiving() as receiver:
        with pytest.raises(DeliveryError, match="GENRE_WEBHOOK_HOSTS") as caught:
            await make_sender("other.example").send(receiver.url, BATCH)

    assert (caught.value.is_final, receiver.requests) == (True, [])


async def test_connects_to_the_address_but_checks_the_certificate_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, server = make_certificates(tmp_path, "localhost")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(server)
    trusted = ssl.create_default_context(cafile=authority)
    monkeypatch.setattr(delivery, "_certificates", lambda: trusted)

    async with receiving(tls=tls) as receiver:
        good, bad = (f"https://{host}:{receiver.port}/" for host in ("localhost", "127.0.0.1"))
        sender = make_sender(f"localhost:{receiver.port}", receiver.host)
        await sender.send(good, BATCH)
        with pytest.raises(DeliveryError, match="ConnectError"):
            await sender.send(bad, BATCH)

    assert [request.headers["host"] for request in receiver.requests] == [
        f"localhost:{receiver.port}"
    ]


async def test_untrusted_certificates_are_refused(tmp_path: Path) -> None:
    _, server = make_certificates(tmp_path, "localhost")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(server)

    async with receiving(tls=tls) as receiver:
        sender = make_sender(f"localhost:{receiver.port}")
        with pytest.raises(DeliveryError, match="ConnectError"):
            await sender.send(f"https://localhost:{receiver.port}/", BATCH)

    assert receiver.requests == []
