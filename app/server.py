"""The HTTP server that runs the application."""

import asyncio
from types import FrameType

import uvicorn

from app.config.access import Access
from app.config.settings import Settings
from app.http.sockets.server import BoundedWebSocket
from app.main import create_app
from db.embedded.start import EmbeddedStart


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
        ws=BoundedWebSocket,
        ws_max_size=settings.websocket_message_bytes,
        ws_per_message_deflate=False,  # costs memory for each connection
        # An open event stream would keep the process running forever.
        timeout_graceful_shutdown=settings.shutdown_timeout_s,
    )
    return GenreServer(config)
