"""Stop connecting for a moment when Postgres cannot be reached, so that requests fail at once."""

import time
from typing import Any

import asyncpg

FAILURES = 3
PAUSE_S = 1.0
_UNREACHABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)
"""`TimeoutError` is an `OSError`."""


class RestingError(ConnectionError):
    """The last attempts to connect failed; the next one is made in a moment."""

    def __init__(self) -> None:
        super().__init__("the last attempts to connect failed")


class Breaker:
    """Connects, unless the last few attempts failed a moment ago."""

    def __init__(self, failures: int = FAILURES, pause_s: float = PAUSE_S) -> None:
        self._allowed = failures
        self._pause_s = pause_s
        self._failures = 0
        self._resumes_at = 0.0

    async def connect(self, *arguments: Any, **options: Any) -> Any:
        """Connect as `asyncpg.connect` does.

        Raises
        ------
        RestingError
            The last attempts failed; none is made now.
        """
        if time.monotonic() < self._resumes_at:
            raise RestingError
        try:
            connection = await asyncpg.connect(*arguments, **options)
        except _UNREACHABLE:
            self._failures += 1
            if self._failures >= self._allowed:
                self._resumes_at = time.monotonic() + self._pause_s
            raise
        self._failures = 0
        return connection
