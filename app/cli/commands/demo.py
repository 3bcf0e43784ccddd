"""`genre demo`: start the service, upload a sample over HTTP, print the results."""

import asyncio
import os
import socket
import time
from pathlib import Path
from typing import Annotated

import typer

from app.cli.commands.serve import Port
from app.config.logs import configure_logging
from app.config.settings import ENV_FILE, read_settings
from app.runtime.process import prepare_process, quick_imports
from app.runtime.starting import starting


def demo(
    port: Port = None,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop after the demonstration (default: keep serving).")
    ] = False,
) -> None:
    """Start with the embedded Postgres, classify a sample CSV, print the genres, keep serving.

    The demo uses a separate folder and does not touch your catalogue: it reads no `.env`, and uses
    neither GENRE_DATABASE_URL nor GENRE_SPOOL_URL.

    Example: `genre demo --port 8080`
    """
    began = time.perf_counter()
    typer.echo("Starting: model, embedded Postgres, HTTP ...")
    _tell_ignored()
    settings = read_settings(env_file=None, port=port)
    settings = settings.model_copy(
        update={
            "host": "127.0.0.1",
            "port": settings.port if _is_free(settings.port) else 0,
            "database_url": None,
            "spool_url": None,
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


def _tell_ignored() -> None:
    """Say which settings of a real service the demonstration leaves alone."""
    names = [name for name in ("GENRE_DATABASE_URL", "GENRE_SPOOL_URL") if os.environ.get(name)]
    if Path(ENV_FILE).exists():
        names.insert(0, ENV_FILE)
    if names:
        typer.echo(f"Ignored: {' and '.join(names)}; the demo has a database of its own.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return port != 0 and probe.connect_ex(("127.0.0.1", port)) != 0
