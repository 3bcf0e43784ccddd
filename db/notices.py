"""Receive Postgres notifications on one connection for the whole process.

A notice only wakes its watchers, who then read the state themselves. Many notices may therefore
cause one read, and a lost notice causes a delay but no wrong state.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from db.errors import StorageError, translate_errors

BATCH_CHANNEL = "genre_batches"
"""A trigger sends the id of each batch that changes."""
CHECK_INTERVAL_S = 10.0
RECONNECT_DELAY_S = 1.0
logger = logging.getLogger("genre")

Topic = tuple[str, str]
"""A channel and a payload; an empty payload means any."""


class Notices:
    """Wakes the watchers of channels."""

    def __init__(self, engine: AsyncEngine, channels: tuple[str, ...]) -> None:
        self._engine = engine
        self._channels = channels
        self._watchers: defaultdict[Topic, set[asyncio.Event]] = defaultdict(set)
        self.is_stopping = False

    @property
    def watcher_count(self) -> int:
        """Number of watchers."""
        return sum(map(len, self._watchers.values()))

    @contextlib.contextmanager
    def watch(self, channel: str, payload: str = "") -> Iterator[asyncio.Event]:
        """Yield an event that each notice sets; clear it before reading the state."""
        topic, event = (channel, payload), asyncio.Event()
        self._watchers[topic].add(event)
        try:
            yield event
        finally:
            self._watchers[topic].discard(event)
            if not self._watchers[topic]:
                del self._watchers[topic]

    def wake(self, channel: str, payload: str = "") -> None:
        """Wake the watchers of a channel for this payload or for any."""
        for topic in {(channel, payload), (channel, "")}:
            for event in self._watchers.get(topic, ()):
                event.set()

    def stop(self) -> None:
        """Wake all watchers a last time, so that they see `is_stopping`."""
        self.is_stopping = True
        self._wake_all()

    async def listen(self) -> None:
        """Listen until cancelled, reconnecting when the connection is lost."""
        while True:
            try:
                async with self._connected() as driver:
                    self._wake_all()  # notices may have been missed
                    await _watch_over(driver)
            except (StorageError, TimeoutError) as error:
                logger.warning("Not receiving notices from the database (%s); reconnecting.", error)
            except Exception:
                logger.exception("Listening for notices failed; reconnecting.")
            await asyncio.sleep(RECONNECT_DELAY_S)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        with translate_errors():
            connection = await self._engine.connect()
            try:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                for channel in self._channels:
                    await driver.add_listener(channel, self._receive)
                yield driver
            finally:
                # It is listening, so it must not return to the pool.
                await connection.invalidate()
                await connection.close()

    def _receive(self, connection: object, pid: int, channel: str, payload: str) -> None:
        self.wake(channel, payload)

    def _wake_all(self) -> None:
        for events in self._watchers.values():
            for event in events:
                event.set()


async def _watch_over(driver: Any) -> None:
    """Return when the connection is closed; raise if it stops responding."""
    closed = asyncio.Event()
    driver.add_termination_listener(lambda _: closed.set())
    while not closed.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CHECK_INTERVAL_S):
                await closed.wait()
                return
        await driver.execute("SELECT", timeout=CHECK_INTERVAL_S)
