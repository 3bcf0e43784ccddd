"""How long a statement may take, in Postgres and here.

Postgres ends a statement after its limit. Should Postgres itself hang, this process gives up a
little later and drops the connection.
"""

from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

STATEMENT_S = 10.0
LONG_STATEMENT_S = 60.0
"""For work that grows with the tracks: storing, deleting, counting, exporting."""
GRACE_S = 2.0
"""How much later this process gives up than Postgres should have."""

_SET_LIMIT = text("SELECT set_config('statement_timeout', :limit_ms, true)")
_SET_BULK = text(
    "SELECT set_config('statement_timeout', :limit_ms, true),"
    " set_config('synchronous_commit', 'off', true)"
)


async def allow_long(connection: AsyncConnection, limit_s: float = LONG_STATEMENT_S) -> None:
    """Let each statement of the present transaction take longer; 0 means without limit."""
    await _set_limit(connection, limit_s)
    await connection.execute(_SET_LIMIT, {"limit_ms": _milliseconds(limit_s)})


async def begin_bulk(connection: AsyncConnection) -> None:
    """Let the present transaction take longer, and its commit not wait for the disk.

    The end of a batch waits for the disk, and so for all written before. Should the machine fail,
    the last chunks are lost together with their counts and resume points.
    """
    await _set_limit(connection, LONG_STATEMENT_S)
    await connection.execute(_SET_BULK, {"limit_ms": _milliseconds(LONG_STATEMENT_S)})


def enforce(engine: AsyncEngine, statement_s: float) -> None:
    """Drop a connection whose statement does not end, and restore the limits of others."""

    def restore_limit(connection: Any, record: object) -> None:
        if connection is not None:  # it is None if it was dropped
            _limit_here(connection.driver_connection, statement_s + GRACE_S)

    event.listen(engine.sync_engine, "handle_error", _drop_if_hanging)
    event.listen(engine.sync_engine, "checkin", restore_limit)


def _drop_if_hanging(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True


async def _set_limit(connection: AsyncConnection, limit_s: float) -> None:
    driver = (await connection.get_raw_connection()).driver_connection
    _limit_here(driver, limit_s + GRACE_S if limit_s else None)


def _limit_here(driver: Any, limit_s: float | None) -> None:
    """Change asyncpg's `command_timeout`, which it takes only when it connects."""
    driver._config = driver._config._replace(command_timeout=limit_s)


def _milliseconds(limit_s: float) -> str:
    return str(round(1000 * limit_s))
