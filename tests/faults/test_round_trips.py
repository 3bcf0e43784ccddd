"""How often a query waits for Postgres: each wait costs the latency of the network."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from support.counting_proxy import CountingProxy, counting_proxy

from db.batches.repository import PostgresBatches
from db.engine import Sessions, create_engine, create_sessions
from db.records import Window
from db.tracks.corrections import CorrectionFilter, PostgresCorrections
from db.tracks.repository import PostgresTracks

pytestmark = pytest.mark.asyncio
MOST = 3
"""To begin, to ask, and to end the transaction."""
QUERIES = {
    "genres": lambda sessions: PostgresTracks(sessions).list_genres(),
    "track": lambda sessions: PostgresTracks(sessions).find_tracks([1]),
    "batches": lambda sessions: PostgresBatches(sessions).list_batches(Window(10)),
    "batch": lambda sessions: PostgresBatches(sessions).find_batches([uuid.uuid4()]),
    "corrections": lambda sessions: PostgresCorrections(sessions).count_corrections(
        CorrectionFilter()
    ),
}
Counted = tuple[CountingProxy, Sessions]


@pytest_asyncio.fixture
async def counted(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Counted]:
    """Connections through a proxy that counts."""
    target = Path(str(engine.url.query["host"]))
    async with counting_proxy(tmp_path, target) as proxy:
        url = engine.url.update_query_dict({"host": str(tmp_path)})
        own = create_engine(url.render_as_string(hide_password=False), pool_size=1)
        yield proxy, create_sessions(own)
        await own.dispose()


@pytest.mark.parametrize("name", QUERIES)
async def test_a_query_takes_three_round_trips(counted: Counted, name: str) -> None:
    proxy, sessions = counted
    query: Any = QUERIES[name]
    await query(sessions)  # connects and prepares
    before = proxy.round_trips

    await query(sessions)

    assert 0 < proxy.round_trips - before <= MOST
