"""An embedded Postgres that is killed runs again; what was being sent has a clear end."""

import asyncio
import os
import signal
from typing import Any

import pytest
from support.fault_site import Site
from support.postgres_processes import kill, postmaster, server_pids
from support.waiting import until

pytestmark = pytest.mark.asyncio
BATCHES = "{ batches(first: 1) { nodes { status rowsStored error { code } } } }"


async def newest(site: Site) -> dict[str, Any]:
    body = await site.api.post(BATCHES)
    nodes = body["data"]["batches"]["nodes"] if "errors" not in body else []
    return nodes[0] if nodes else {"status": None, "rowsStored": 0}


async def test_a_killed_postmaster_is_replaced(site: Site, sample: bytes) -> None:
    await site.api.classify(sample)
    for _ in range(2):
        os.kill(postmaster(site.folder), signal.SIGKILL)
        await until(site.is_unavailable)
        await until(site.is_ready, timeout_s=60)

    assert (await site.api.data("{ tracks { totalCount } }"))["tracks"]["totalCount"] == 60
    await until(lambda: site.stores(sample))


async def test_an_upload_ends_when_postgres_dies(site: Site, sample: bytes) -> None:
    header, *rows = sample.splitlines(keepends=True)
    many = header + b"".join(
        f"{number},".encode() + rows[number % 60].partition(b",")[2] for number in range(3_000)
    )
    sending = asyncio.create_task(site.api.upload(many))
    await until(lambda: _has_stored(site))
    kill(server_pids(site.folder))
    answer = await asyncio.wait_for(sending, 60)

    assert answer["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}
    await until(lambda: _has_ended(site), timeout_s=60)
    ended = await newest(site)
    assert ended["status"] == "FAILED"
    assert ended["error"]["code"] in ("DATABASE_UNAVAILABLE", "INTERRUPTED")
    assert (await site.api.classify(many))["rowsStored"] == 3_000


async def test_the_process_is_unhealthy_while_postgres_cannot_start(site: Site) -> None:
    data, hidden = site.folder / "postgres", site.folder / "hidden"
    pids = server_pids(site.folder)
    data.rename(hidden)
    kill(pids)
    await until(lambda: _has_health(site, 503), timeout_s=60)
    assert not data.exists(), "an empty database must not replace the lost one"

    hidden.rename(data)
    await until(lambda: _has_health(site, 200), timeout_s=60)
    await until(site.is_ready)


async def _has_stored(site: Site) -> bool:
    return bool((await newest(site))["rowsStored"])


async def _has_ended(site: Site) -> bool:
    return (await newest(site))["status"] not in (None, "RUNNING")


async def _has_health(site: Site, status: int) -> bool:
    return (await site.http.get("/healthz")).status_code == status
