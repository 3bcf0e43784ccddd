"""Keep the embedded Postgres alive: start it when it died, later each time if it dies again."""

import asyncio
import logging
import time
from pathlib import Path

import anyio.to_thread

from db.embedded.errors import EmbeddedPostgresError
from db.embedded.server import revive

INTERVAL_S = 1.0
STABLE_S = 60.0
"""A server that has lived for so long is well again."""
LONGEST_DELAY_S = 30.0
MOST_FAILURES = 3
logger = logging.getLogger("genre")


class Supervisor:
    """Knows how often the embedded Postgres died lately, or could not be started."""

    def __init__(self) -> None:
        self._failures = 0
        self._is_down = False
        self._started_at = time.monotonic()

    @property
    def is_failing(self) -> bool:
        """Whether it is down, and starting it again has not helped a few times."""
        return self._is_down and self._failures >= MOST_FAILURES

    async def keep_alive(self, folder: Path) -> None:
        """Look after the server of a folder until cancelled."""
        while True:
            await asyncio.sleep(self._delay_s())
            try:
                self._note(was_dead=await anyio.to_thread.run_sync(revive, folder))
            except EmbeddedPostgresError as error:
                self._count(is_down=True)
                logger.error("The embedded Postgres died and cannot be started. %s", error)
            except Exception:
                self._count(is_down=True)
                logger.exception("The embedded Postgres cannot be looked after; trying again.")

    def _note(self, *, was_dead: bool) -> None:
        if was_dead:
            self._count(is_down=False)
            logger.error("The embedded Postgres had died; it runs again.")
        elif time.monotonic() - self._started_at > STABLE_S:
            self._failures = 0

    def _count(self, *, is_down: bool) -> None:
        self._failures += 1
        self._is_down = is_down
        self._started_at = time.monotonic()

    def _delay_s(self) -> float:
        """At once for a first death, then twice as long each time, until it lives."""
        return min(INTERVAL_S * 2.0 ** max(self._failures - 1, 0), LONGEST_DELAY_S)
