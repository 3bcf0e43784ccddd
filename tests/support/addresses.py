"""Send requests as if from another address."""

from typing import Any

import httpx


def from_address(http: httpx.AsyncClient, address: str) -> httpx.AsyncClient:
    """Return a client of the same application whose requests come from `address`."""
    transport: Any = http._transport
    other = httpx.ASGITransport(transport.app, client=(address, 1))
    return httpx.AsyncClient(transport=other, base_url=http.base_url)
