"""Steps for tests of the worker: queue a file, run a separate worker on it, check."""

import io
import uuid
from dataclasses import replace
from typing import Any

from sqlalchemy import text
from support.waiting import until

from app.batches.worker import Worker, working
from app.service import Service
from db.batches.queue import BatchQueue
from db.batches.records import BatchRecord
from db.records import Window
from ml.sampling.generator import write_sample_csv

ROWS = 400


def make_many_rows() -> bytes:
    """Make a file of several chunks, with rows that are rejected in the first and the last."""
    stream = io.StringIO()
    write_sample_csv(stream, rows=ROWS, seed=3)
    lines = stream.getvalue().encode().splitlines(keepends=True)
    return b"".join([lines[0], b"0,short\n", *lines[1:], lines[1]])


def new_worker(service: Service) -> Worker:
    """Make a worker as in another process."""
    return replace(service.worker, queue=BatchQueue(service.engine))


async def submit(service: Service, content: bytes) -> uuid.UUID:
    """Queue a file."""
    return (await service.intake.enqueue(io.BytesIO(content), "tracks.csv", None)).id


async def find(service: Service, batch_id: uuid.UUID) -> BatchRecord:
    """Return a batch."""
    return (await service.batches.find_batches([batch_id]))[batch_id]


async def work_until(service: Service, batch_id: uuid.UUID, condition: Any) -> BatchRecord:
    """Run a new worker until the batch meets a condition, then stop it."""

    async def is_so() -> bool:
        return bool(condition(await find(service, batch_id)))

    async with working(new_worker(service), timeout_s=10):
        await until(is_so)
        return await find(service, batch_id)


async def work_to_the_end(service: Service, batch_id: uuid.UUID) -> BatchRecord:
    """Run a new worker until the batch has ended."""
    return await work_until(service, batch_id, lambda it: it.status in ("DONE", "FAILED"))


async def change(service: Service, statement: str, **values: Any) -> None:
    """Change the database directly."""
    async with service.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def count(service: Service, statement: str) -> Any:
    """Query the database directly."""
    async with service.engine.connect() as connection:
        return await connection.scalar(text(statement))


async def assert_whole(service: Service, record: BatchRecord) -> None:
    """Each row of `many_rows` was stored or rejected once, and nothing is left."""
    assert (record.status, record.error_code) == ("DONE", None)
    counts = (record.rows_received, record.rows_stored, record.rows_rejected)
    assert counts == (ROWS + 2, ROWS, 2)
    page = await service.batches.list_rejects(record.id, Window(limit=10))
    assert [(r.line, r.code) for r in page.items] == [
        (2, "WRONG_FIELD_COUNT"),
        (ROWS + 3, "DUPLICATE_TRACK"),
    ]
    genres = await service.batches.list_genres(record.id)
    assert sum(genre.track_count for genre in genres) == ROWS
    assert await count(service, "SELECT count(*) FROM tracks") == ROWS
    assert await count(service, "SELECT count(*) FROM pgqueuer") == 0
    assert service.spool.list_files() == []
