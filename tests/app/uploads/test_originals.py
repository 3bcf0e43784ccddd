"""How long the files of batches are kept, and what becomes of them.

On a separate database, since the workers of other services would take batches from their queue.
"""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from pydantic import SecretStr
from sqlalchemy import text
from support.downloads import FILE_LINK, file_with_genres, follow
from support.graphql_client import GraphQLClient
from support.waiting import until

from app.config.credentials import hash_secret
from app.config.settings import Settings
from app.main import create_app
from app.runtime.database import open_database
from app.uploads.originals import ORPHAN_AGE_S
from app.uploads.spool import Spool
from app.uploads.url import make_original_store, make_spool

pytestmark = pytest.mark.asyncio
KEPT = "query ($id: ID!) { batch(id: $id) { status originalKeptUntil } }"
IN_BACKGROUND = """mutation ($csvFile: Upload!) {
  classifyBatch(csvFile: $csvFile, wait: false) { id }
}"""


class Keeping:
    """A service with its own spool, and its files."""

    def __init__(self, api: GraphQLClient, settings: Settings, app: Any) -> None:
        self.api = api
        self.app = app
        self.spool, self.store = make_spool(settings), make_original_store(settings)

    async def kept_until(self, batch_id: str) -> str | None:
        batch = (await self.api.data(KEPT, id=batch_id))["batch"]
        until: str | None = batch["originalKeptUntil"]
        return until

    async def has_ended(self, batch_id: str) -> bool:
        return (await self.api.data(KEPT, id=batch_id))["batch"]["status"] == "DONE"


def files(spool: Spool) -> set[str]:
    return {str(file.batch_id) for file in spool.list_files()}


@asynccontextmanager
async def keeping(settings: Settings, folder: Path, **changes: Any) -> AsyncIterator[Keeping]:
    clients = SecretStr(f"test:{hash_secret('test')}")
    place = {"spool_url": str(folder / "own-spool"), "clients": clients}
    own = settings.model_copy(update={**place, **changes})
    app = create_app(own)
    async with (
        LifespanManager(app) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app), base_url="http://genre.test"
        ) as http,
    ):
        api = GraphQLClient(http, client_id="test", client_secret="test")
        yield Keeping(api, own, manager)


async def enqueue(site: Keeping, content: bytes) -> str:
    body = await site.api.upload(content, query=IN_BACKGROUND)
    batch_id: str = body["data"]["classifyBatch"]["id"]
    return batch_id


async def test_a_file_is_kept_for_thirty_days(
    database: Settings, sample: bytes, tmp_path: Path
) -> None:
    async with keeping(database, tmp_path) as site:
        waited = (await site.api.classify(sample))["id"]
        queued = await enqueue(site, sample)
        await until(lambda: site.has_ended(queued))

        await until(lambda: _async(files(site.store) == {waited, queued}))
        for batch_id in (waited, queued):
            kept = datetime.fromisoformat(await site.kept_until(batch_id) or "")
            assert timedelta(days=29) < kept - datetime.now(UTC) <= timedelta(days=30)
            assert (await file_with_genres(site.api, batch_id)).count(b"\n") == 61
        assert files(site.spool) == set()


async def _async(value: bool) -> bool:
    return value


async def test_a_queued_file_can_be_downloaded_before_it_was_read(
    database: Settings, sample: bytes, tmp_path: Path
) -> None:
    async with keeping(database, tmp_path, worker=False) as site:
        batch_id = await enqueue(site, sample)

        content = await file_with_genres(site.api, batch_id)

        assert content.count(b"\n") == 61
        assert files(site.spool) == {batch_id}


async def test_zero_days_keep_nothing(database: Settings, sample: bytes, tmp_path: Path) -> None:
    async with keeping(database, tmp_path, keep_uploads_days=0) as site:
        waited = (await site.api.classify(sample))["id"]
        queued = await enqueue(site, sample)
        await until(lambda: site.has_ended(queued))
        await until(lambda: _async(files(site.spool) == set()))

        for batch_id in (waited, queued):
            assert await site.kept_until(batch_id) is None
            error = await site.api.error(FILE_LINK, batchId=batch_id)
            assert error["extensions"]["code"] == "NOT_FOUND"
            assert "exportLink(batchId)" in error["message"]
        assert files(site.store) == set()


async def test_the_oldest_give_way_when_the_room_is_full(
    database: Settings, sample: bytes, tmp_path: Path
) -> None:
    room = len(sample) * 2 + 10
    async with keeping(database, tmp_path, keep_uploads_bytes=room) as site:
        first, second, third = [(await site.api.classify(sample))["id"] for _ in range(3)]
        large = (await site.api.classify(sample + b"\n" * len(sample) * 2))["id"]

        assert files(site.store) == {second, third}
        assert await site.kept_until(first) is None
        assert await site.kept_until(large) is None


async def test_deleting_the_batch_deletes_its_file(
    database: Settings, sample: bytes, tmp_path: Path
) -> None:
    async with keeping(database, tmp_path) as site:
        batch_id = (await site.api.classify(sample))["id"]
        link = (await site.api.data(FILE_LINK, batchId=batch_id))["fileWithGenresLink"]
        await site.api.data("mutation ($id: ID!) { deleteBatch(id: $id) { id } }", id=batch_id)

        response = await follow(site.api, link)

        assert files(site.store) == set()
        assert response.status_code == 404
        assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_housekeeping_removes_what_is_too_old_or_belongs_to_no_batch(
    database: Settings, sample: bytes, tmp_path: Path
) -> None:
    async with keeping(database, tmp_path) as site:
        old, kept = [(await site.api.classify(sample))["id"] for _ in range(2)]
        orphan, fresh = uuid.uuid4(), uuid.uuid4()
        for name in (orphan, fresh):
            (tmp_path / "own-spool" / "originals" / f"{name}.csv").write_bytes(b"x")
        _make_older(tmp_path / "own-spool" / "originals" / f"{orphan}.csv")
        async with open_database(database) as engine, engine.begin() as connection:
            expire = "UPDATE batches SET original_kept_until = now() WHERE id = :id"
            await connection.execute(text(expire), {"id": uuid.UUID(old)})

    async with keeping(database, tmp_path) as site:  # a service cleans up when it starts
        await until(lambda: _async(files(site.store) == {kept, str(fresh)}))
        await until(lambda: _is_forgotten(site, old))


async def _is_forgotten(site: Keeping, batch_id: str) -> bool:
    return await site.kept_until(batch_id) is None


def _make_older(path: Path) -> None:
    long_ago = path.stat().st_mtime - ORPHAN_AGE_S - 60
    os.utime(path, (long_ago, long_ago))
