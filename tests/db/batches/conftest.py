"""A migrated database that no service uses."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from db.migrations.migrate import migrate


@pytest_asyncio.fixture(scope="session")
async def migrated(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """Connections to the database."""
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("CREATE DATABASE unattended"))
    url = engine.url.set(database="unattended").render_as_string(hide_password=False)
    own = create_engine(url)
    await migrate(own)
    yield own
    await own.dispose()
