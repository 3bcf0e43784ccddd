"""The locks of all batches that wait in this process, on one connection.

A batch's lock says that its process lives (`BatchRepository.fail_interrupted`). A running batch has
it on the connection that it writes on; fifty waiting ones may not take fifty connections. So the
lock is shared: this connection and the writer's hold it at the same time, and between the two it is
never free. Who wants to know whether a batch is abandoned, or removes it, tries it exclusively.
"""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.batches.repository import LOCK_SPACE, lock_keys
from db.errors import StorageUnavailableError, translate_errors

CHECK_INTERVAL_S = 2.0
"""How soon a broken connection is noticed; `fail_interrupted` runs less often."""
ANSWER_TIMEOUT_S = 5.0
logger = logging.getLogger("genre")

_TAKE = text(
    "SELECT true FROM unnest(CAST(:keys AS int[])) AS key, pg_advisory_lock_shared(:space, key)"
)
_FREE = text("SELECT pg_advisory_unlock_shared(:space, :key)")
_LIST_LOST = text(
    "SELECT id FROM batches WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'FAILED'"
)


class BatchLocks:
    """Holds locks of batches; its connection is open only while there are any."""

    def __init__(self, engine: AsyncEngine, *, check_interval_s: float = CHECK_INTERVAL_S) -> None:
        self._engine = engine
        self._check_interval_s = check_interval_s
        self._held: dict[uuid.UUID, Callable[[], None]] = {}
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()
        """A connection runs one statement at a time."""

    @contextlib.asynccontextmanager
    async def hold(self, batch_id: uuid.UUID, lost: Callable[[], None]) -> AsyncIterator[None]:
        """Hold the lock of a batch during the block.

        `lost` is called if the batch was marked as FAILED meanwhile: for a while the connection was
        broken, and the lock free.
        """
        try:
            await _to_the_end(self._take(batch_id, lost))
            yield
        finally:
            await _to_the_end(self._free(batch_id))

    async def keep(self) -> None:
        """Take the locks anew whenever the connection broke, until cancelled."""
        while True:
            await asyncio.sleep(self._check_interval_s)
            await _to_the_end(self._check())

    async def _take(self, batch_id: uuid.UUID, lost: Callable[[], None]) -> None:
        async with self._turn:
            self._held[batch_id] = lost
            if self._connection is not None:
                with contextlib.suppress(StorageUnavailableError):
                    await self._lock(self._connection, [batch_id])
                    return
                await self._drop()
            await self._open()

    async def _free(self, batch_id: uuid.UUID) -> None:
        async with self._turn:
            self._held.pop(batch_id, None)
            if self._connection is None:
                return
            try:
                with translate_errors():
                    async with self._connection.begin():
                        await self._connection.execute(_FREE, lock_keys(batch_id))
            except StorageUnavailableError:
                await self._drop()  # which frees the others too, until `keep` takes them anew
            else:
                if not self._held:
                    await self._connection.close()
                    self._connection = None

    async def _check(self) -> None:
        async with self._turn:
            if not self._held:
                return
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    lost = await self._list_lost(self._connection or await self._open())
            except (StorageUnavailableError, TimeoutError) as error:
                logger.warning("The locks of waiting batches are lost (%s); trying again.", error)
                await self._drop()
                return
            for batch_id in lost:
                self._held[batch_id]()

    async def _open(self) -> AsyncConnection:
        """Connect and take the locks of all batches that wait."""
        with translate_errors():
            self._connection = await self._engine.connect()
        try:
            await self._lock(self._connection, list(self._held))
        except StorageUnavailableError:
            await self._drop()
            raise
        return self._connection

    async def _drop(self) -> None:
        """Close the connection for good, which frees what it holds."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.invalidate()
            await connection.close()

    async def _lock(self, connection: AsyncConnection, ids: Sequence[uuid.UUID]) -> None:
        keys = [lock_keys(batch_id)["key"] for batch_id in ids]
        with translate_errors():
            async with connection.begin():
                await connection.execute(_TAKE, {"space": LOCK_SPACE, "keys": keys})

    async def _list_lost(self, connection: AsyncConnection) -> list[uuid.UUID]:
        with translate_errors():
            async with connection.begin():
                found = await connection.scalars(_LIST_LOST, {"ids": list(self._held)})
        return list(found)


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that goes on if the waiting is cancelled.

    A statement that is cut off takes the connection with it, and so the locks of all others.
    """
    await asyncio.shield(asyncio.create_task(work))
