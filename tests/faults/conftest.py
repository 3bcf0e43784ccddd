"""A service on an embedded Postgres of its own, which tests may stop and kill."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio
from asgi_lifespan import LifespanManager
from pydantic import SecretStr
from support.fault_site import Site
from support.graphql_client import GraphQLClient
from support.postgres_processes import signal_server

from app.config.credentials import hash_secret
from app.config.settings import Settings
from app.main import create_app


@pytest_asyncio.fixture
async def site(settings: Settings, tmp_path: Path) -> AsyncIterator[Site]:
    """A service that gives up soon."""
    folder = tmp_path / "data"
    clients = SecretStr(f"test:{hash_secret('test')}")
    changes = {"data_dir": folder, "statement_timeout_s": 0.5, "clients": clients}
    async with (
        LifespanManager(create_app(settings.model_copy(update=changes)), 60, 60) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app), base_url="http://genre.test"
        ) as http,
    ):
        try:
            yield Site(folder, http, GraphQLClient(http, client_id="test", client_secret="test"))
        finally:
            with contextlib.suppress(FileNotFoundError):
                signal_server(folder, "SIGCONT")
