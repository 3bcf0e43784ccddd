"""Bring the tables up to date; safe when several processes start at once."""

import functools

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.errors import translate_errors
from db.migrations import MIGRATIONS

_LOCK = 0x67656E7265  # "genre"
"""Key of the advisory lock that makes other processes wait while one migrates."""


async def migrate(engine: AsyncEngine) -> str:
    """Run the missing migrations and return the resulting revision.

    Raises
    ------
    StorageUnavailableError
        The database cannot be reached.
    StorageSetupError
        A newer release of this service has migrated the database.
    """
    if await current_revision(engine) == newest_revision():
        return newest_revision()
    # Imported late, because most starts have nothing to migrate and need no Alembic.
    from db.migrations.upgrade import upgrade

    with translate_errors():
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            await connection.run_sync(upgrade, await _revision(connection))
    return newest_revision()


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
