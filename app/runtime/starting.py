"""Start the embedded Postgres early, while the process is still importing what it needs to serve.

Creating a cluster takes half a second and the imports take a second, in different processes.
"""

import contextlib
from collections.abc import Iterator

from app.config.settings import Settings
from app.runtime.signals import unwinding_on_sigterm
from db.embedded.start import EmbeddedStart


@contextlib.contextmanager
def starting(settings: Settings) -> Iterator[EmbeddedStart | None]:
    """Start the embedded Postgres alongside the block; None if the settings name another server.

    It is stopped however the block ends, including by SIGTERM.
    """
    if not settings.is_embedded:
        yield None
        return
    with unwinding_on_sigterm():
        postgres = EmbeddedStart(settings.data_dir)
        try:
            yield postgres
        finally:
            postgres.stop()  # does nothing if the service has already stopped it
