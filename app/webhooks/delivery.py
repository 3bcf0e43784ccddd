"""Send one webhook: resolve, connect to that address, send, and look at the status only."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import orjson

from app.webhooks.addresses import AddressError, resolve
from app.webhooks.rules import PORTS, WebhookRefusedError, WebhookRules
from app.webhooks.signature import sign
from db.batches.records import BatchRecord

if TYPE_CHECKING:
    import httpx

GONE = 410
"""The receiver wants no more webhooks at this address."""


class DeliveryError(Exception):
    """A webhook was not accepted; the message is shown to clients, so it names no address."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends webhooks, each over a connection of its own."""

    rules: WebhookRules
    secrets: Sequence[bytes]
    timeout_s: float = 10.0

    async def send(self, url: str, batch: BatchRecord) -> None:
        """Tell a receiver that a batch has ended.

        Raises
        ------
        DeliveryError
            It has not accepted: any answer but 2xx, or none in time.
        """
        import httpx  # imported here, because most services send no webhooks

        try:
            async with asyncio.timeout(self.timeout_s):
                status = await self._post(url, batch)
        except WebhookRefusedError as error:
            raise DeliveryError(str(error), is_final=True) from None
        except AddressError as error:
            raise DeliveryError(str(error)) from None
        except TimeoutError:
            raise DeliveryError(f"No answer within {self.timeout_s:g} s.") from None
        except httpx.HTTPError as error:
            raise DeliveryError(f"The connection failed ({type(error).__name__}).") from None
        if 300 <= status < 400:
            raise DeliveryError(f"The answer was {status}; redirects are not followed.")
        if not 200 <= status < 300:
            raise DeliveryError(f"The answer was {status}.", is_final=status == GONE)

    async def _post(self, url: str, batch: BatchRecord) -> int:
        import httpx

        parts = urlsplit(self.rules.check(url))  # the settings may have changed
        port = parts.port or PORTS[parts.scheme]
        host = parts.hostname or ""
        address = await resolve(host, port, allow_private=self.rules.allow_private)
        body = make_body(batch)
        async with httpx.AsyncClient(
            verify=_certificates(), trust_env=False, timeout=self.timeout_s
        ) as client:
            request = client.build_request(
                "POST",
                httpx.URL(url).copy_with(host=address, port=port),
                content=body,
                headers=self._headers(parts, batch, body),
                # The certificate must be that of the name, not of the address.
                extensions={"sni_hostname": host},
            )
            return await _status(client, request)

    def _headers(self, parts: SplitResult, batch: BatchRecord, body: bytes) -> dict[str, str]:
        timestamp, message_id = int(time.time()), f"batch_{batch.id}"
        return {
            "host": parts.netloc,
            "content-type": "application/json",
            "user-agent": "genre-service",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self.secrets, message_id, timestamp, body),
        }


@cache
def _certificates() -> ssl.SSLContext:
    """Read the trusted certificates once; SSL_CERT_FILE names others."""
    import httpx

    return httpx.create_ssl_context()


async def _status(client: "httpx.AsyncClient", request: "httpx.Request") -> int:
    """Return the status of the response; its body is not read."""
    response = await client.send(request, stream=True, follow_redirects=False)
    await response.aclose()
    return response.status_code


def make_body(batch: BatchRecord) -> bytes:
    """Return what is sent: the same bytes at each attempt."""
    data: dict[str, Any] = {
        "id": str(batch.id),
        "status": batch.status,
        "rowsReceived": batch.rows_received,
        "rowsRejected": batch.rows_rejected,
        "rowsStored": batch.rows_stored,
        "modelVersion": batch.model_version,
        "startedAt": batch.started_at,
        "finishedAt": batch.finished_at,
        "errorCode": batch.error_code,
    }
    return orjson.dumps({"type": "batch.ended", "timestamp": batch.finished_at, "data": data})
