"""`genre reclassify`: classify stored tracks again with the model in use."""

import asyncio
import contextlib
import uuid
from dataclasses import replace
from typing import Annotated

import anyio
import typer

from app.batches.feed import BatchFeed
from app.batches.worker import working
from app.cli.batch_progress import batch_progress
from app.cli.batch_report import print_report
from app.config.settings import read_settings
from app.runtime.signals import stop_requested
from app.runtime.tasks import running
from app.service import Service, open_service
from db.batches.errors import BatchEndedError
from db.batches.kind import BatchKind
from db.batches.queue import BatchQueue
from db.batches.records import BatchRecord
from db.batches.status import BatchStatus


def reclassify(
    batch: Annotated[
        uuid.UUID | None, typer.Option(help="Only tracks of this batch (default: all).")
    ] = None,
) -> None:
    """Classify stored tracks again with the model in use; Ctrl-C cancels.

    Corrected tracks are left alone, and so are tracks that this model has classified already.

    Example: `genre model use VERSION`, then `genre reclassify`
    """
    if not anyio.run(_reclassify, batch):
        raise typer.Exit(1)


async def _reclassify(target_id: uuid.UUID | None) -> bool:
    settings = read_settings()
    async with open_service(settings) as service:
        batch = await service.reclassifier.reclassify(target_id, None)
        if batch is None:
            raise typer.BadParameter(f"There is no batch {target_id}.", param_hint="--batch")
        # Uploads that wait for a worker are left to one that has their spool.
        queue = BatchQueue(service.engine, kinds=[BatchKind.RECLASSIFY])
        worker = replace(service.worker, queue=queue)
        async with working(worker, timeout_s=settings.shutdown_timeout_s):
            batch = await _follow(service, batch)
        await print_report(service, batch)
    return batch.status == BatchStatus.DONE


async def _follow(service: Service, batch: BatchRecord) -> BatchRecord:
    """Show the progress until the batch has ended, whichever process runs it."""
    feed = BatchFeed(service.batches, service.notices)
    with batch_progress(batch.file_name) as show, stop_requested() as stop:
        async with running(_cancel_when(stop, service, batch.id)):
            async for state in feed.follow(batch.id):
                batch = state
                show(batch)
    return batch


async def _cancel_when(stop: asyncio.Event, service: Service, batch_id: uuid.UUID) -> None:
    await stop.wait()
    with contextlib.suppress(BatchEndedError):
        await service.lifecycle.cancel(batch_id)
