"""The part of `genre worker` after the imports."""

import asyncio
import contextlib

import anyio.to_thread
import typer

from app.batches.worker import working
from app.config.settings import Settings
from app.runtime.signals import stop_requested
from app.service import open_service
from db.embedded.start import EmbeddedStart


async def run_worker(settings: Settings, postgres: EmbeddedStart | None) -> None:
    """Process queued batches until SIGINT or SIGTERM."""
    with contextlib.ExitStack() as handlers:  # which stay until the service is closed
        async with open_service(settings, postgres) as service:
            # Unlike the service, a worker is useless without its spool.
            await anyio.to_thread.run_sync(service.spool.check)
            timeout_s = settings.shutdown_timeout_s
            stopped = handlers.enter_context(stop_requested())
            async with working(service.worker, timeout_s=timeout_s) as work:
                typer.echo("Working; stop with Ctrl-C.", err=True)
                await _first(work, asyncio.create_task(stopped.wait()))


async def _first(work: asyncio.Task[None], stop: "asyncio.Task[bool]") -> None:
    """Wait until the worker is asked to stop; if it ends by itself, it has failed."""
    await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if work.done():
        work.result()
