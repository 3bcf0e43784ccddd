"""Bound the downloads of a process: those that read from Postgres, and all that are open."""

import contextlib
from collections.abc import Iterator

import anyio

READERS = 2
"""Downloads whose rows are read from Postgres at a time, each on a connection; others wait."""
OPEN = 16
"""Downloads that read, wait or are still being sent, each with a temporary file."""


class TooManyExportsError(Exception):
    """No more downloads can be served at the moment."""


class ExportSlots:
    """Counts the downloads of this process."""

    def __init__(self, *, readers: int = READERS, most_open: int = OPEN) -> None:
        self.readers = anyio.Semaphore(readers)
        self._left = most_open

    @contextlib.contextmanager
    def take(self) -> Iterator[None]:
        """Keep one of the downloads during the block.

        Raises
        ------
        TooManyExportsError
            All are taken.
        """
        if self._left == 0:
            raise TooManyExportsError
        self._left -= 1
        try:
            yield
        finally:
            self._left += 1
