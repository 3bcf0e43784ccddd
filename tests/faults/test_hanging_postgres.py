"""A Postgres that hangs: requests are answered, and all goes on when it does."""

import asyncio

import pytest
from support.fault_site import Site
from support.postgres_processes import signal_server
from support.waiting import until

pytestmark = pytest.mark.asyncio
GENRES = "{ genres { name } }"
UNAVAILABLE = {"code": "SERVICE_UNAVAILABLE", "retryable": True}


async def test_a_hanging_postgres_holds_nobody_up(site: Site, sample: bytes) -> None:
    await site.api.classify(sample)
    signal_server(site.folder, "SIGSTOP")
    async with asyncio.timeout(60):
        ready, *answers = await asyncio.gather(
            site.http.get("/readyz"), *(site.api.error(GENRES) for _ in range(20))
        )
        upload = await site.api.upload(sample)
    signal_server(site.folder, "SIGCONT")

    assert ready.status_code == 503
    assert [answer["extensions"] for answer in answers] == [UNAVAILABLE] * 20
    assert upload["errors"][0]["extensions"] == UNAVAILABLE
    await until(site.is_ready)
    await until(lambda: site.stores(sample))
