"""`genre worker`: process queued batches, alongside the service or on another machine."""

import asyncio
from typing import Annotated

import typer

from app.config.logs import configure_logging
from app.config.settings import read_settings
from app.runtime.process import prepare_process, quick_imports
from app.runtime.starting import starting

Slots = Annotated[
    int | None,
    typer.Option(help="Batches to run at the same time (default: GENRE_MAX_RUNNING_BATCHES)."),
]


def worker(slots: Slots = None) -> None:
    """Process uploads sent with `wait: false` until stopped with Ctrl-C or SIGTERM.

    `genre serve` does this too, unless `GENRE_WORKER=false`. Workers on other machines need the
    same database and a spool that all of them can reach.

    Example: `GENRE_SPOOL_URL=s3://bucket/spool GENRE_DATABASE_URL=postgresql://... genre worker`
    """
    settings = read_settings(max_running_batches=slots)
    configure_logging(settings)
    prepare_process()
    with starting(settings) as postgres:
        with quick_imports():
            from app.cli.work import run_worker  # imported while Postgres starts
        asyncio.run(run_worker(settings, postgres))
