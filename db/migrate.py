"""Bring the tables up to date; safe when several processes start at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.errors import StorageSetupError, translate_errors

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x67656E7265  # "genre"
"""Key of the advisory lock that lets one process migrate while the others wait."""


async def migrate(engine: AsyncEngine) -> str:
    """Run the missing migrations and return the revision that is current then.

    Raises
    ------
    StorageUnavailableError
        The database cannot be reached.
    StorageSetupError
        A newer release of this service has migrated the database.
    """
    with translate_errors():
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            await connection.run_sync(_upgrade)
    return newest_revision()


async def current_revision(engine: AsyncEngine) -> str | None:
    """Return the revision of the database; None before the first migration."""
    with translate_errors():
        async with engine.connect() as connection:
            return await connection.run_sync(_revision)


def newest_revision() -> str:
    """Return the revision that this release needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None, "the release carries no migrations"
    return revision


def _upgrade(connection: Connection) -> None:
    found = _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise StorageSetupError(
            f"The database is at revision {found}, which this release does not know: "
            "a newer release has migrated it. Install that release, or use another database."
        )
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
