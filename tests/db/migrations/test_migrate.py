"""The cheap check of the revision, which must agree with Alembic."""

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.errors import StorageSetupError
from db.migrations.migrate import MIGRATIONS, current_revision, migrate, newest_revision

pytestmark = pytest.mark.asyncio


async def test_newest_revision_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


async def test_migrated_database_is_at_the_newest_revision(engine: AsyncEngine) -> None:
    assert await current_revision(engine) == newest_revision()
    assert await migrate(engine) == newest_revision()


async def test_database_of_a_newer_release_is_refused(engine: AsyncEngine) -> None:
    revise = text("UPDATE alembic_version SET version_num = :revision")
    async with engine.begin() as connection:
        await connection.execute(revise, {"revision": "9999"})
    try:
        with pytest.raises(StorageSetupError, match="at revision 9999, which this release"):
            await migrate(engine)
    finally:
        async with engine.begin() as connection:
            await connection.execute(revise, {"revision": newest_revision()})
