"""A service with an operator, a client without rights, and a second model to swap to."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
from asgi_lifespan import LifespanManager
from support.graphql_client import GraphQLClient

from app.config.settings import Settings
from app.main import create_app
from ml.store.manifest import Manifest

USE = "mutation ($version: ID!) { useModel(version: $version) { version genres } }"
SECRETS = {"boss": "boss-secret", "web": "web-secret"}


@dataclass(frozen=True)
class Running:
    """A service with an operator and a client without rights."""

    settings: Settings
    http: httpx.AsyncClient
    operator: GraphQLClient
    client: GraphQLClient
    other: Manifest
    """A second model, in the registry."""


def client(http: httpx.AsyncClient, client_id: str) -> GraphQLClient:
    """Send a query as one of the two clients."""
    return GraphQLClient(http, client_id=client_id, client_secret=SECRETS[client_id])


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application."""
    async with (
        LifespanManager(create_app(settings)) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app), base_url="http://genre.test"
        ) as http,
    ):
        yield http


async def until(http: httpx.AsyncClient, key: str, version: str) -> dict[str, Any]:
    """Wait until /readyz reports what is expected; return the whole report."""
    for _ in range(500):
        ready: dict[str, Any] = (await http.get("/readyz")).json()
        if ready.get(key) == version:
            return ready
        await anyio.sleep(0.02)
    raise AssertionError(f"{key} is not {version}: {ready}")
