"""Reclassifications that stop in the middle: handed back, beside uploads, with another model."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from support.model_folders import make_model
from support.reclassifying import AGE, COUNTS_DIFFER, change, scalar
from support.waiting import until
from support.worker_steps import ROWS, find, make_many_rows, new_worker

from app.batches.worker import Worker, working
from app.config.settings import Settings
from app.models.source import registry_of
from app.service import Service, open_service
from db.batches.records import BatchRecord
from db.tracks.reclassify import PostgresStoredTracks

pytestmark = pytest.mark.asyncio
OLDER = "SELECT count(*) FROM tracks WHERE model_version = 'older'"


def small_pages(service: Service, tracks: int = 50) -> Worker:
    """A worker that reads stored tracks a few at a time."""
    stored = PostgresStoredTracks(service.engine, page_tracks=tracks)
    worker = new_worker(service)
    return replace(worker, stored=replace(worker.stored, tracks=stored))


async def store_aged(service: Service) -> BatchRecord:
    """Store tracks that look as if an older model had classified them."""
    upload = await service.intake.run(io.BytesIO(make_many_rows()), "tracks.csv", None)
    await change(service.engine, *AGE)
    return upload


async def reclassify(service: Service) -> BatchRecord:
    batch = await service.reclassifier.reclassify(None, None)
    assert batch is not None
    return batch


async def work_until(
    service: Service, batch: BatchRecord, condition: Callable[[BatchRecord], Any]
) -> BatchRecord:
    """Let a worker with small pages work until the batch looks as it should, then stop it."""

    async def is_so() -> bool:
        return bool(condition(await find(service, batch.id)))

    async with working(small_pages(service), timeout_s=10):
        await until(is_so)
    return await find(service, batch.id)


async def test_goes_on_where_it_stopped(idle_service: Service) -> None:
    upload = await store_aged(idle_service)
    batch = await reclassify(idle_service)

    stopped = await work_until(idle_service, batch, lambda it: it.rows_stored)
    left = await scalar(idle_service.engine, OLDER)
    ended = await work_until(idle_service, batch, lambda it: it.finished_at)

    assert (stopped.status, stopped.rows_total) == ("QUEUED", ROWS)
    assert 0 < stopped.rows_stored == ROWS - left < ROWS
    assert (ended.status, ended.rows_stored, ended.rows_total) == ("DONE", ROWS, ROWS)
    assert await scalar(idle_service.engine, OLDER) == 0
    genres = await idle_service.batches.list_genres(batch.id)
    assert genres == await idle_service.batches.list_genres(upload.id)
    assert await scalar(idle_service.engine, COUNTS_DIFFER) == 0


async def test_uploads_of_the_same_tracks_go_first_and_nobody_deadlocks(
    idle_service: Service,
) -> None:
    await store_aged(idle_service)
    batch = await reclassify(idle_service)
    again = make_many_rows()

    async with working(small_pages(idle_service, 100), timeout_s=10):
        uploads = [
            idle_service.intake.run(io.BytesIO(again), f"{number}.csv", None) for number in range(6)
        ]
        records = await asyncio.gather(*uploads)

        async def has_ended() -> bool:
            return (await find(idle_service, batch.id)).finished_at is not None

        await until(has_ended)

    assert {record.status for record in records} == {"DONE"}
    assert (await find(idle_service, batch.id)).status == "DONE"
    assert await scalar(idle_service.engine, OLDER) == 0
    assert await scalar(idle_service.engine, COUNTS_DIFFER) == 0


async def test_ends_with_the_model_in_use(site: Settings, tmp_path: Any) -> None:
    make_model(tmp_path / "other", " 2")
    other, _ = registry_of(site).add(tmp_path / "other")
    async with open_service(site.model_copy(update={"spool_url": str(tmp_path)})) as service:
        await truncate(service.engine)
        await store_aged(service)
        batch = await reclassify(service)
        begun = await work_until(service, batch, lambda it: it.rows_stored)
        await service.model.use(other.version, "test")

        ended = await work_until(service, batch, lambda it: it.finished_at)

        assert begun.model_version != other.version == ended.model_version
        assert 0 < begun.rows_stored < ended.rows_stored == ended.rows_total == ROWS
        versions = "SELECT string_agg(DISTINCT model_version, ',') FROM tracks"
        assert await scalar(service.engine, versions) == other.version
        counts = await service.batches.list_genres(batch.id)
        assert {count.genre for count in counts} <= set(other.genres)
        assert sum(count.track_count for count in counts) == ROWS


async def test_a_worker_finds_out_which_model_is_in_use_before_it_begins(
    site: Settings, tmp_path: Any
) -> None:
    make_model(tmp_path / "other", " 2")
    other, _ = registry_of(site).add(tmp_path / "other")
    slow = site.model_copy(update={"spool_url": str(tmp_path), "model_poll_s": 3600})
    async with open_service(slow) as service, open_service(slow) as elsewhere:
        await truncate(service.engine)
        await store_aged(service)
        await elsewhere.model.use(other.version, "test")
        batch = await reclassify(elsewhere)

        ended = await work_until(service, batch, lambda it: it.finished_at)

        assert (ended.status, ended.model_version) == ("DONE", other.version)
        assert ended.rows_stored == ROWS


async def truncate(engine: AsyncEngine) -> None:
    await change(engine, "TRUNCATE tracks, batches, pgqueuer, model_versions CASCADE")
