"""Open the configured database: the embedded Postgres or an external one.

Separate from the rest of the service, for commands that need no model.
"""

import contextlib
from collections.abc import AsyncIterator

import anyio
import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config.settings import Settings
from app.runtime.supervisor import Supervisor
from app.runtime.tasks import running
from db.embedded.start import EmbeddedStart
from db.engine import check_server, create_engine
from db.migrations.migrate import migrate


@contextlib.asynccontextmanager
async def open_database(
    settings: Settings,
    postgres: EmbeddedStart | None = None,
    supervisor: Supervisor | None = None,
) -> AsyncIterator[AsyncEngine]:
    """Start or connect to Postgres and run missing migrations.

    `postgres` is an embedded server that was started early; it stops with the block, and is
    started again if it dies meanwhile.
    """
    async with contextlib.AsyncExitStack() as stack:
        if settings.database_url is None:
            start = postgres or EmbeddedStart(settings.data_dir)
            address = await stack.enter_async_context(_running(start))
            keeping = (supervisor or Supervisor()).keep_alive(start.folder)
            await stack.enter_async_context(running(keeping))
        else:
            address = settings.database_url.get_secret_value()
        engine = create_engine(
            address,
            pool_size=settings.database_pool_size,
            statement_s=settings.statement_timeout_s,
        )
        stack.push_async_callback(engine.dispose)
        await check_server(engine)
        await migrate(engine)
        yield engine


@contextlib.asynccontextmanager
async def _running(postgres: EmbeddedStart) -> AsyncIterator[str]:
    """Wait for the embedded server, in a thread because waiting and stopping block."""
    try:
        yield await anyio.to_thread.run_sync(postgres.address)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(postgres.stop)
