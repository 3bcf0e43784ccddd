"""`genre demo`: start the service, upload a sample over HTTP, print the results."""

import asyncio
import os
import socket
import time
from typing import Annotated

import typer

from app.cli.commands.serve import Port
from app.config.logs import configure_logging
from app.config.settings import read_settings
from app.runtime.process import prepare_process, quick_imports
from app.runtime.starting import starting


def demo(
    port: Port = None,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop after the demonstration (default: keep serving).")
    ] = False,
) -> None:
    """Start with the embedded Postgres, classify a sample CSV, print the genres, keep serving.

    The demo uses a separate folder and does not touch your catalogue.

    Example: `genre demo --port 8080`
    """
    began = time.perf_counter()
    typer.echo("Starting: model, embedded Postgres, HTTP ...")
    settings = read_settings(port=port)
    settings = settings.model_copy(
        update={
            "host": "127.0.0.1",
            "port": settings.port if _is_free(settings.port) else 0,
            "database_url": None,
            "data_dir": settings.data_dir / "demo",
            "clients": None,
            "log_level": os.environ.get("GENRE_LOG_LEVEL", "WARNING"),
        }
    )
    configure_logging(settings)
    prepare_process()
    with starting(settings) as postgres:
        with quick_imports():
            from app.cli.demonstration import demonstrate  # imported while Postgres starts
        asyncio.run(demonstrate(settings, postgres, began=began, stop=stop))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return port != 0 and probe.connect_ex(("127.0.0.1", port)) != 0
