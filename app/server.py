"""The HTTP server that runs the application."""

from types import FrameType

import uvicorn

from app.config.access import Access
from app.config.settings import Settings
from app.main import create_app
from db.embedded.start import EmbeddedStart


class GenreServer(uvicorn.Server):
    """Tells the service at once that it is to stop; uvicorn would first wait for open streams."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Hear a signal."""
        stop = getattr(self.config.app.state, "stop", None)  # type: ignore[union-attr]
        if stop is not None:
            stop()
        super().handle_exit(sig, frame)


def make_server(
    settings: Settings, access: Access | None = None, postgres: EmbeddedStart | None = None
) -> uvicorn.Server:
    """Make the HTTP server of the service; `access` and `postgres` as for `create_app`."""
    config = uvicorn.Config(
        create_app(settings, access, postgres),
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
