"""`genre serve`: run the service."""

from typing import Annotated

import typer

from app.config.access import read_access
from app.config.address import check_address
from app.config.logs import configure_logging
from app.config.settings import read_settings
from app.runtime.process import prepare_process, quick_imports
from app.runtime.starting import starting

Host = Annotated[str | None, typer.Option(help="Address to listen on (default: GENRE_HOST).")]
Port = Annotated[
    int | None,
    typer.Option(
        min=0, max=65535, help="Port to listen on, 0 for a free one (default: GENRE_PORT)."
    ),
]


def serve(host: Host = None, port: Port = None) -> None:
    """Serve the API until stopped with Ctrl-C or SIGTERM.

    Without `GENRE_DATABASE_URL`, it starts its own Postgres.

    Example: `genre serve --port 8080`
    """
    settings = read_settings(host=host, port=port)
    configure_logging(settings)
    access = read_access(settings)
    check_address(settings.host, settings.port)
    prepare_process()
    with starting(settings) as postgres:
        with quick_imports():
            from app.server import make_server  # imported while Postgres starts
        make_server(settings, access, postgres).run()
