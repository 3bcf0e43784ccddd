"""Everything this process does on a signal: stop, or check for another model.

Only the HTTP server has handlers elsewhere: uvicorn installs them and calls
`app.server.GenreServer.handle_exit`.
"""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType


class _TerminatedError(SystemExit):
    """SIGTERM arrived; a `SystemExit` because event loops let that through."""


@contextlib.contextmanager
def unwinding_on_sigterm() -> Iterator[None]:
    """Leave the block in order on SIGTERM, then end the process as the signal would have.

    Without this, SIGTERM would leave Postgres running until uvicorn or the worker has installed
    handlers.
    """
    if not _is_main_thread():
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


@contextlib.contextmanager
def stop_requested() -> Iterator[asyncio.Event]:
    """Yield an event that SIGINT or SIGTERM sets."""
    event = asyncio.Event()
    with contextlib.ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            stack.enter_context(_handling(number, event.set))
        yield event


@contextlib.contextmanager
def on_hangup(action: Callable[[], None]) -> Iterator[None]:
    """Run `action` on SIGHUP, unless the terminal was closed, which means stop.

    Does nothing on Windows or outside the main thread.
    """
    if not hasattr(signal, "SIGHUP") or not _is_main_thread():
        yield
        return
    had_terminal = _has_terminal()

    def handle() -> None:
        if had_terminal and not _has_terminal():
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            action()

    with _handling(signal.SIGHUP, handle):
        yield


@contextlib.contextmanager
def _handling(number: signal.Signals, action: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(number, action)
    try:
        yield
    finally:
        loop.remove_signal_handler(number)


def _is_main_thread() -> bool:
    """Only the main thread may install handlers."""
    return threading.current_thread() is threading.main_thread()


def _has_terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # closed
        return False
