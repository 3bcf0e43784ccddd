"""The rate of a batch: the mean of the run, then of about the last ten seconds of it."""

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.lifecycle_site import RUNNING, TABLES, Site, advance

from db.batches.lifecycle import BatchLifecycle, Hold

pytestmark = pytest.mark.asyncio
ROWS = 5
"""How many rows `advance` counts."""
SET = """UPDATE batches SET rows_per_second = :rate,
  running_since = now() - make_interval(secs => :run),
  advanced_at = now() - make_interval(secs => :chunk)"""


@pytest_asyncio.fixture
async def site(migrated: AsyncEngine) -> Site:
    async with migrated.begin() as connection:
        await connection.execute(text(f"TRUNCATE {TABLES} CASCADE"))
    return Site(migrated, BatchLifecycle(migrated, max_attempts=3))


async def rate_after(site: Site, hold: Hold, *, rate: float | None, run: int, chunk: int) -> float:
    """Count a chunk that took `chunk` seconds, in a run of `run` seconds; return the new rate."""
    async with site.engine.begin() as connection:
        await connection.execute(text(SET), {"rate": rate, "run": run, "chunk": chunk})
    await advance(site.lifecycle, hold)
    return float((await site.row(hold.batch_id))["rows_per_second"])


async def test_the_first_chunk_gives_its_own_rate(site: Site) -> None:
    async with site.batch_in(RUNNING) as hold:
        rate = await rate_after(site, hold, rate=None, run=1_000, chunk=1_000)

    assert rate == pytest.approx(ROWS / 1_000, rel=0.01)


async def test_a_chunk_that_took_longer_than_the_window_replaces_the_rate(site: Site) -> None:
    async with site.batch_in(RUNNING) as hold:
        rate = await rate_after(site, hold, rate=100, run=3_600, chunk=1_000)

    assert rate == pytest.approx(ROWS / 1_000, rel=0.01)


async def test_a_chunk_within_the_window_counts_by_its_share(site: Site) -> None:
    async with site.batch_in(RUNNING) as hold:
        rate = await rate_after(site, hold, rate=1e6, run=3_600, chunk=5)

    assert 1e5 < rate < 5.1e5  # half, less what this machine took


async def test_a_run_that_starts_again_forgets_the_rate(site: Site) -> None:
    async with site.batch_in(RUNNING) as hold:
        await rate_after(site, hold, rate=1e6, run=3_600, chunk=5)
        await site.lifecycle.start(hold)

        assert (await site.row(hold.batch_id))["rows_per_second"] is None
