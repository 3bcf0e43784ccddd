"""The HTTP server that runs the application."""

import asyncio
import resource
from types import FrameType

import uvicorn

from app.config.access import Access
from app.config.settings import Settings
from app.http.bounded import bounded_http
from app.http.connections import ConnectionLimits, Connections
from app.http.sockets.server import BoundedWebSocket
from app.main import create_app
from db.embedded.start import EmbeddedStart

MAX_FILES = 65_536
FILES_BESIDES = 256
"""Files that are open beside connections: the database, uploads, downloads."""
MIN_CONNECTIONS = 64


class GenreServer(uvicorn.Server):
    """Tells the service to stop at once; uvicorn would first wait for open streams to end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on SIGINT or SIGTERM; uvicorn installs the handlers.

        A second signal stops waiting for requests. Unlike uvicorn's, it still lets the service
        close in order: Postgres stops, and nothing ends with a traceback.
        """
        if self.should_exit:
            asyncio.get_running_loop().call_soon_threadsafe(self._cancel_requests)
            return
        stop = getattr(self.config.app.state, "stop", None)  # type: ignore[union-attr]
        if stop is not None:
            stop()
        super().handle_exit(sig, frame)

    def _cancel_requests(self) -> None:
        for task in self.server_state.tasks:
            task.cancel()


def connection_limits(settings: Settings) -> ConnectionLimits:
    """Return the limits of connections, as far as this process may open files for them."""
    total = min(settings.connections, max(MIN_CONNECTIONS, allow_files() - FILES_BESIDES))
    return ConnectionLimits(
        total=total,
        per_address=min(settings.connections_per_address, total),
        header_s=settings.header_s,
        body_bytes_per_s=settings.body_bytes_per_s,
        body_s=settings.body_s,
    )


def allow_files() -> int:
    """Raise this process's limit of open files as far as it may, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return wanted if soft == resource.RLIM_INFINITY else soft


def make_server(
    settings: Settings, access: Access | None = None, postgres: EmbeddedStart | None = None
) -> uvicorn.Server:
    """Return the service's HTTP server; `access` and `postgres` are passed to `create_app`."""
    config = uvicorn.Config(
        create_app(settings, access, postgres),
        host=settings.host,
        port=settings.port,
        lifespan="on",
        log_config=None,
        access_log=settings.log_level == "DEBUG",
        server_header=False,
        http=bounded_http(Connections(connection_limits(settings))),
        ws=BoundedWebSocket,
        ws_max_size=settings.websocket_message_bytes,
        ws_per_message_deflate=False,  # costs memory for each connection
        # An open event stream would keep the process running forever.
        timeout_graceful_shutdown=settings.shutdown_timeout_s,
    )
    return GenreServer(config)
