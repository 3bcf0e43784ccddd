"""Bring the tables up to date; safe when several processes start at once."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.errors import StorageUnavailableError, find_state, translate_errors
from db.migrations import MIGRATIONS
from db.time_limits import allow_long

ATTEMPTS = 30
RETRY_DELAY_S = 1.0
LOCK_NOT_AVAILABLE = "55P03"
Upgrade = Callable[[Connection, str | None], None]
logger = logging.getLogger("genre")

_LOCK = 0x67656E7265  # "genre"
"""Key of the advisory lock that makes other processes wait while one migrates."""
_LOCK_TIMEOUT = text("SET LOCAL lock_timeout = '3s'")
"""A migration that waits for a table keeps everyone else from it too."""


async def migrate(engine: AsyncEngine) -> str:
    """Run the missing migrations and return the resulting revision.

    Raises
    ------
    StorageUnavailableError
        The database cannot be reached, or a table stays locked.
    StorageSetupError
        A newer release of this service has migrated the database.
    """
    if await current_revision(engine) == newest_revision():
        return newest_revision()
    # Imported late, because most starts have nothing to migrate and need no Alembic.
    from db.migrations.upgrade import upgrade

    await _retry(lambda: _run_missing(engine, upgrade))
    return newest_revision()


async def _run_missing(engine: AsyncEngine, upgrade: Upgrade) -> None:
    with translate_errors():
        async with engine.begin() as connection:
            await allow_long(connection, 0)
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            await connection.execute(_LOCK_TIMEOUT)
            await connection.run_sync(upgrade, await _revision(connection))


async def _retry(attempt: Callable[[], Awaitable[None]]) -> None:
    """Try again when a table could not be locked; meanwhile, others can use it."""
    for left in reversed(range(ATTEMPTS)):
        try:
            await attempt()
        except StorageUnavailableError as error:
            if not left or find_state(error) != LOCK_NOT_AVAILABLE:
                raise
            logger.warning("A table is in use; trying to migrate again.")
            await asyncio.sleep(RETRY_DELAY_S)
        else:
            return


async def current_revision(engine: AsyncEngine) -> str | None:
    """Return the revision of the database; None before the first migration."""
    with translate_errors():
        async with engine.connect() as connection:
            return await _revision(connection)


@functools.cache
def newest_revision() -> str:
    """Return the revision this release needs, taken from the file name of its last migration."""
    return max(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*_*.py"))


async def _revision(connection: AsyncConnection) -> str | None:
    if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
