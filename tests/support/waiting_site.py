"""A service over HTTP with one slot for batches; a test can take it to make uploads wait."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import anyio
import httpx
import uvicorn
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Route
from support.graphql_client import GraphQLClient
from support.permissions import MAY_ALL
from support.waiting import until

from app.batches.admission import Admission
from app.http.graphql_view import GenreGraphQL
from app.http.middleware import RequestIdMiddleware
from app.main import build_ports
from app.runtime.tasks import running
from app.service import Service
from db.batches.locks import SharedLocks
from schema import build_schema
from schema.core.context import make_context

BATCHES = """{ batches(first: 100) { nodes {
  id fileName status startedAt finishedAt error { code message }
} } }"""
LOCKS = "SELECT {} FROM pg_locks WHERE locktype = 'advisory'"
CHECK_INTERVAL_S = 0.02


class Site:
    """The service over HTTP with one slot, which the test can take."""

    def __init__(self, service: Service, admission: Admission, check_interval_s: float) -> None:
        self.service = service
        self.admission = admission
        self.locks_kept = SharedLocks(service.engine, check_interval_s=check_interval_s)
        self.intake = replace(service.intake, locks=self.locks_kept, admission=admission)
        ports = replace(build_ports(service, MAY_ALL), uploads=self.intake)
        view = GenreGraphQL(build_schema(), build_context=lambda _: make_context(ports, "test"))
        self.app = RequestIdMiddleware(Starlette(routes=[Route("/graphql", view)]))
        transport = httpx.ASGITransport(self.app)
        http = httpx.AsyncClient(transport=transport, base_url="http://genre.test", timeout=60)
        self.api = GraphQLClient(http, client_id="test", client_secret="test")

    async def batches(self) -> list[dict[str, Any]]:
        """Return all batches in order of arrival."""
        nodes = (await self.api.data(BATCHES))["batches"]["nodes"]
        return list(reversed(nodes))

    async def batch(self) -> dict[str, Any]:
        """The only batch."""
        (batch,) = await self.batches()
        return batch

    async def waits(self, count: int = 1) -> list[dict[str, Any]]:
        """Wait until a number of batches are QUEUED, and return them."""

        async def is_so() -> bool:
            batches = await self.batches()
            return [batch["status"] for batch in batches] == ["QUEUED"] * count

        await until(is_so)
        return await self.batches()

    async def lock_connections(self) -> int:
        """How many connections hold locks of waiting batches."""
        return await self._look("count(DISTINCT pid)")

    async def locks(self) -> int:
        """How many locks are held."""
        return await self._look("count(*)")

    async def break_connections(self) -> None:
        """Break every connection that holds a lock, as Postgres does for a dead process.

        Returns once the locks are free, so that a test does not take them for the ones after.
        """
        async with self.service.engine.begin() as connection:
            await connection.execute(text(LOCKS.format("pg_terminate_backend(pid, 5000)")))

    async def _look(self, what: str) -> int:
        async with self.service.engine.connect() as connection:
            return int(await connection.scalar(text(LOCKS.format(what))) or 0)

    async def assert_nothing_left(self) -> None:
        """No upload is waiting, and no lock is held."""
        assert self.admission.waiting_uploads == 0
        assert await self.locks() == 0


@contextlib.asynccontextmanager
async def site(
    service: Service, max_waiting: int = 100, check_interval_s: float = CHECK_INTERVAL_S
) -> AsyncIterator[Site]:
    """Open a site and maintain its locks."""
    site = Site(service, Admission(1, max_waiting=max_waiting), check_interval_s)
    async with running(site.locks_kept.keep()):
        try:
            yield site
        finally:
            await site.api.http.aclose()


@contextlib.asynccontextmanager
async def listening(site: Site) -> AsyncIterator[str]:
    """Serve a site on a real socket."""
    config = uvicorn.Config(site.app, port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # uvicorn offers no event to wait for
        assert not serving.done()
        await anyio.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving
