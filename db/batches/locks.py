"""The advisory locks of batches, by which Postgres tells a living process from a dead one.

Whoever runs a batch holds its lock on the connection that it writes on, and Postgres frees the
lock when that connection ends. A worker holds it alone. An upload that waits for admission shares
it with the connection that will write: between the two it is never free. Whoever wants to know
whether a batch is abandoned, or wants to remove it, tries to take the lock exclusively.
"""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import anyio
from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import col

from db.batches.status import ENDED
from db.errors import StorageUnavailableError, translate_errors
from db.models import BatchRow

LOCK_SPACE = 0x67656E72
"""First key of the locks of batches; the second is made from the batch's id."""
CHECK_INTERVAL_S = 2.0
"""How soon a broken connection is noticed; `BatchLifecycle.recover` runs less often."""
ANSWER_TIMEOUT_S = 5.0
logger = logging.getLogger("genre")

_LOCK = text("SELECT pg_try_advisory_lock(:space, :key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:space, :key)")
_SHARE = text("SELECT true FROM pg_advisory_lock_shared(:space, :key)")
_UNSHARE = text("SELECT pg_advisory_unlock_shared(:space, :key)")
_SHARE_ALL = text(
    "SELECT true FROM unnest(CAST(:keys AS int[])) AS key, pg_advisory_lock_shared(:space, key)"
)
_LOCK_IN_TRANSACTION = text("SELECT pg_try_advisory_xact_lock(:space, :key)")


async def try_lock(connection: AsyncConnection, batch_id: uuid.UUID) -> bool:
    """Take the lock of a batch until the transaction ends; False if a process holds it."""
    return bool(await connection.scalar(_LOCK_IN_TRANSACTION, _keys(batch_id)))


@contextlib.asynccontextmanager
async def lock_batch(
    engine: AsyncEngine, batch_id: uuid.UUID, *, shared: bool = False
) -> AsyncIterator[AsyncConnection | None]:
    """Take a connection and hold the lock of a batch on it; None if another process holds it.

    A shared lock is waited for.
    """
    keys, has_lock = _keys(batch_id), False
    lock, unlock = (_SHARE, _UNSHARE) if shared else (_LOCK, _UNLOCK)
    with translate_errors():
        connection = await engine.connect()
    try:
        with translate_errors():
            async with connection.begin():
                has_lock = bool(await connection.scalar(lock, keys))
        yield connection if has_lock else None
    finally:
        with anyio.CancelScope(shield=True):
            await _release(connection, unlock, keys if has_lock else None)


class SharedLocks:
    """Shares the locks of all batches that wait in this process, on one connection.

    The connection is open only while a batch waits: fifty uploads must not take fifty connections.
    """

    def __init__(self, engine: AsyncEngine, *, check_interval_s: float = CHECK_INTERVAL_S) -> None:
        self._engine = engine
        self._check_interval_s = check_interval_s
        self._held: dict[uuid.UUID, Callable[[], None]] = {}
        self._connection: AsyncConnection | None = None
        self._one_statement = asyncio.Lock()
        """A connection runs one statement at a time."""

    @contextlib.asynccontextmanager
    async def hold(self, batch_id: uuid.UUID, lost: Callable[[], None]) -> AsyncIterator[None]:
        """Share the lock of a batch during the block.

        `lost` is called if another process ended the batch because the connection broke and the
        lock was free for a while.
        """
        try:
            await _uninterrupted(self._take(batch_id, lost))
            yield
        finally:
            await _uninterrupted(self._free(batch_id))

    async def keep(self) -> None:
        """Take the locks again whenever the connection broke, until cancelled."""
        while True:
            await asyncio.sleep(self._check_interval_s)
            await _uninterrupted(self._check())

    async def _take(self, batch_id: uuid.UUID, lost: Callable[[], None]) -> None:
        async with self._one_statement:
            self._held[batch_id] = lost
            if self._connection is not None:
                with contextlib.suppress(StorageUnavailableError):
                    await self._share(self._connection, [batch_id])
                    return
                await self._drop()
            await self._open()

    async def _free(self, batch_id: uuid.UUID) -> None:
        async with self._one_statement:
            self._held.pop(batch_id, None)
            if self._connection is None:
                return
            try:
                with translate_errors():
                    async with self._connection.begin():
                        await self._connection.execute(_UNSHARE, _keys(batch_id))
            except StorageUnavailableError:
                await self._drop()  # frees the others too, until `keep` takes them again
            else:
                if not self._held:
                    await self._connection.close()
                    self._connection = None

    async def _check(self) -> None:
        async with self._one_statement:
            if not self._held:
                return
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    ended = await self._list_ended(self._connection or await self._open())
            except (StorageUnavailableError, TimeoutError) as error:
                logger.warning("The locks of waiting batches are lost (%s); trying again.", error)
                await self._drop()
                return
            for batch_id in ended:
                self._held[batch_id]()

    async def _open(self) -> AsyncConnection:
        """Connect and share the locks of all batches that wait."""
        with translate_errors():
            self._connection = await self._engine.connect()
        try:
            await self._share(self._connection, list(self._held))
        except StorageUnavailableError:
            await self._drop()
            raise
        return self._connection

    async def _drop(self) -> None:
        """Close the connection for good, which frees the locks it holds."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.invalidate()
            await connection.close()

    async def _share(self, connection: AsyncConnection, ids: Sequence[uuid.UUID]) -> None:
        keys = [_keys(batch_id)["key"] for batch_id in ids]
        with translate_errors():
            async with connection.begin():
                await connection.execute(_SHARE_ALL, {"space": LOCK_SPACE, "keys": keys})

    async def _list_ended(self, connection: AsyncConnection) -> list[uuid.UUID]:
        statement = select(col(BatchRow.id)).where(
            col(BatchRow.id).in_(list(self._held)), col(BatchRow.status).in_(ENDED)
        )
        with translate_errors():
            async with connection.begin():
                return list(await connection.scalars(statement))


def _keys(batch_id: uuid.UUID) -> dict[str, int]:
    """Return the two int4 keys of a batch's advisory lock."""
    key = int.from_bytes(batch_id.bytes[:4], "big", signed=True)
    return {"space": LOCK_SPACE, "key": key}


async def _release(
    connection: AsyncConnection, unlock: TextClause, keys: dict[str, int] | None
) -> None:
    """Free the lock, or drop a broken connection, which frees it too."""
    try:
        if keys:
            with translate_errors():
                async with connection.begin():
                    await connection.execute(unlock, keys)
    except StorageUnavailableError:
        await connection.invalidate()
    finally:
        await connection.close()


async def _uninterrupted(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that goes on if the waiting is cancelled.

    A statement that is cut off closes the connection, and so frees the locks of all others.
    """
    await asyncio.shield(asyncio.create_task(work))
