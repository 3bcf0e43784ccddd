"""`genre worker`: work off queued batches, beside the service or on another machine."""

import asyncio
import signal
from typing import Annotated

import anyio
import typer

from app.log_config import configure_logging
from app.process import prepare_process
from app.service import open_service
from app.settings import Settings, read_settings
from app.worker import working

Slots = Annotated[
    int | None, typer.Option(help="Batches at the same time; GENRE_MAX_RUNNING_BATCHES.")
]


def worker(slots: Slots = None) -> None:
    """Work off uploads that were sent with `wait: false`, until stopped with Ctrl-C or SIGTERM.

    `genre serve` does it too, unless `GENRE_WORKER=false`. Processes on other machines need the
    same database and a spool that all can reach.

    Example: `GENRE_SPOOL_URL=s3://bucket/spool GENRE_DATABASE_URL=postgresql://... genre worker`
    """
    settings = read_settings(max_running_batches=slots)
    configure_logging(settings)
    prepare_process()
    anyio.run(_work, settings)


async def _work(settings: Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with open_service(settings) as service:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        timeout_s = settings.shutdown_timeout_s
        async with working(service.worker, timeout_s=timeout_s) as work:
            typer.echo("Working; stop with Ctrl-C.", err=True)
            await _first(work, asyncio.create_task(stopped.wait()))


async def _first(work: asyncio.Task[None], stop: "asyncio.Task[bool]") -> None:
    """Wait until the worker is told to stop; one that ends by itself has failed."""
    await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if work.done():
        work.result()
