"""The service is no superuser in its database, even if an earlier release made it as one."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine
from support.migrating import move_to
from support.postgres_processes import ask

from db.embedded.server import embedded_postgres
from db.engine import create_engine
from db.migrations.migrate import migrate, newest_revision

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")
IS_SUPERUSER = "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = user"
FOREIGN = """
SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relowner <> 'genre'::regrole
"""


def test_the_service_is_no_superuser(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        assert ask(url, "SELECT user") == "genre"
        assert ask(url, IS_SUPERUSER) is False
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            ask(url, "SELECT pg_read_file('/etc/passwd')")


def test_what_a_superuser_made_is_handed_over(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path) as url:
        asyncio.run(_make_as_earlier_release(url.replace("genre:@", "postgres:@")))

    with embedded_postgres(tmp_path) as url:
        assert ask(url, FOREIGN) == 0
        assert asyncio.run(_migrate(url)) == newest_revision()
        assert ask(url, "SELECT datdba::regrole::text FROM pg_database WHERE datname = user")


async def _make_as_earlier_release(url: str) -> None:
    """Make the tables of the release before, owned by the superuser, as the database is."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ALTER DATABASE genre OWNER TO postgres")
        await connection.run_sync(move_to, command.upgrade, "0013")
    await engine.dispose()


async def _migrate(url: str) -> str:
    engine = create_engine(url)
    try:
        return await migrate(engine)
    finally:
        await engine.dispose()
