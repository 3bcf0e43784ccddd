"""Open the database of the settings: the embedded Postgres, or one elsewhere.

Apart from the rest of the service for commands that need no model.
"""

import contextlib
from collections.abc import AsyncIterator

import anyio
import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config.settings import Settings
from db.embedded.start import EmbeddedStart
from db.engine import check_server, create_engine
from db.migrations.migrate import migrate


@contextlib.asynccontextmanager
async def open_database(
    settings: Settings, postgres: EmbeddedStart | None = None
) -> AsyncIterator[AsyncEngine]:
    """Start or reach Postgres and bring its tables up to date.

    `postgres` may have been started ahead, on the folder of the settings; it ends with the block.
    """
    async with contextlib.AsyncExitStack() as stack:
        if settings.database_url is None:
            start = postgres or EmbeddedStart(settings.data_dir)
            address = await stack.enter_async_context(_running(start))
        else:
            address = settings.database_url.get_secret_value()
        engine = create_engine(address, pool_size=settings.database_pool_size)
        stack.push_async_callback(engine.dispose)
        await check_server(engine)
        await migrate(engine)
        yield engine


@contextlib.asynccontextmanager
async def _running(postgres: EmbeddedStart) -> AsyncIterator[str]:
    """Wait for the embedded server; waiting and stopping block, so a thread does it."""
    try:
        yield await anyio.to_thread.run_sync(postgres.address)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(postgres.stop)
