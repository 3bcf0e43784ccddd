"""`genre serve`: run the service."""

from types import FrameType
from typing import Annotated

import typer
import uvicorn

from app.log_config import configure_logging
from app.main import create_app
from app.process import prepare_process
from app.settings import Settings, read_settings

Host = Annotated[str | None, typer.Option(help="Address to listen on; GENRE_HOST.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; GENRE_PORT.")]


def serve(host: Host = None, port: Port = None) -> None:
    """Serve the API until stopped with Ctrl-C or SIGTERM.

    Without `GENRE_DATABASE_URL` it starts a Postgres of its own.

    Example: `genre serve --port 8080`
    """
    settings = read_settings(host=host, port=port)
    configure_logging(settings)
    prepare_process()
    make_server(settings).run()


class GenreServer(uvicorn.Server):
    """Tells the service at once that it is to stop; uvicorn would first wait for open streams."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Hear a signal."""
        stop = getattr(self.config.app.state, "stop", None)  # type: ignore[union-attr]
        if stop is not None:
            stop()
        super().handle_exit(sig, frame)


def make_server(settings: Settings) -> uvicorn.Server:
    """Make the HTTP server of the service."""
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        lifespan="on",
        log_config=None,
        access_log=settings.log_level == "DEBUG",
        server_header=False,
        # An open event stream would keep the process for ever.
        timeout_graceful_shutdown=settings.shutdown_timeout_s,
    )
    return GenreServer(config)
