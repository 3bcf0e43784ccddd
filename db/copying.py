"""COPY into a table, which ends when its connection does."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncpg

COPY_TIMEOUT_S = 60.0
"""A chunk takes a fraction of a second; a Postgres that takes this long hangs."""


async def copy_to_table(driver: Any, table: str, **options: Any) -> None:
    """Copy data to a table over an asyncpg connection; `options` as in asyncpg.

    Raises
    ------
    asyncpg.ConnectionDoesNotExistError
        The connection broke.
    TimeoutError
        Postgres does not respond.
    """
    await _run(driver, driver.copy_to_table(table, **options))


async def copy_records_to_table(driver: Any, table: str, **options: Any) -> None:
    """Copy records to a table over an asyncpg connection, as `copy_to_table` does."""
    await _run(driver, driver.copy_records_to_table(table, **options))


async def _run(driver: Any, copying: Coroutine[Any, Any, object]) -> None:
    """Cancel the COPY when the connection is lost.

    asyncpg would wait for ever for leave to write, which a lost connection never gives; its own
    `timeout` does not cover that wait.
    """
    task = asyncio.ensure_future(copying)
    was_lost = False

    def cancel(*_: object) -> None:
        nonlocal was_lost
        was_lost = True
        task.cancel()

    driver.add_termination_listener(cancel)
    try:
        async with asyncio.timeout(COPY_TIMEOUT_S):
            await task
    except asyncio.CancelledError:
        if not was_lost:
            raise
        raise asyncpg.ConnectionDoesNotExistError(
            "connection was closed in the middle of COPY"
        ) from None
    finally:
        driver.remove_termination_listener(cancel)
