"""Start the embedded Postgres ahead, while the process still imports what it serves with.

Making a cluster takes half a second, the imports a second; they need different processes.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from app.config.settings import Settings
from db.embedded.start import EmbeddedStart


class _TerminatedError(SystemExit):
    """SIGTERM came; a `SystemExit`, as event loops let it through."""


@contextlib.contextmanager
def starting(settings: Settings) -> Iterator[EmbeddedStart | None]:
    """Start the embedded Postgres beside the block; None if the settings name another.

    Whatever ends the block, be it SIGTERM, the server is stopped.
    """
    if not settings.is_embedded:
        yield None
        return
    with _unwinding_on_sigterm():
        postgres = EmbeddedStart(settings.data_dir)
        try:
            yield postgres
        finally:
            postgres.stop()  # has happened already if the service was opened and closed


@contextlib.contextmanager
def _unwinding_on_sigterm() -> Iterator[None]:
    """Have SIGTERM leave the block in order, and then end the process as it would have.

    By itself it would leave Postgres behind, until uvicorn or the worker set handlers of their own.
    """
    if threading.current_thread() is not threading.main_thread():  # others may not set handlers
        yield
        return
    before = signal.getsignal(signal.SIGTERM)

    def unwind(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, before)  # a second one ends the process at once
        raise _TerminatedError

    signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    except _TerminatedError:
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
