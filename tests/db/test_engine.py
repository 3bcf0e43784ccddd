"""Limits of the pool: time of a statement, time to wait for a connection, attempts to connect."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.breaker import Breaker, RestingError
from db.engine import create_engine
from db.errors import StorageUnavailableError, translate_errors
from db.time_limits import allow_long, begin_bulk

pytestmark = pytest.mark.asyncio
SLOW = text("SELECT pg_sleep(0.6)")
LIMIT = text("SHOW statement_timeout")


@pytest_asyncio.fixture
async def own(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """A pool of at most six connections, with a short limit."""
    url = engine.url.render_as_string(hide_password=False)
    own = create_engine(url, pool_size=1, statement_s=0.3)
    yield own
    await own.dispose()


async def run(engine: AsyncEngine, statement: Any) -> Any:
    with translate_errors():
        async with engine.connect() as connection:
            return await connection.scalar(statement)


async def test_a_statement_that_takes_too_long_is_ended(own: AsyncEngine) -> None:
    with pytest.raises(StorageUnavailableError) as caught:
        await run(own, SLOW)

    assert caught.value.reason == "the statement took too long"


@pytest.mark.parametrize("begin", [allow_long, begin_bulk])
async def test_long_work_may_take_longer_in_its_transaction(own: AsyncEngine, begin: Any) -> None:
    async with own.connect() as connection:
        async with connection.begin():
            await begin(connection)
            await connection.execute(SLOW)
        assert await connection.scalar(LIMIT) == "300ms"


async def test_work_without_a_limit_has_none(own: AsyncEngine) -> None:
    async with own.begin() as connection:
        await allow_long(connection, 0)
        assert await connection.scalar(LIMIT) == "0"


async def test_a_request_does_not_wait_long_for_a_connection(own: AsyncEngine) -> None:
    async with AsyncExitStack() as busy:
        for _ in range(6):
            await busy.enter_async_context(own.connect())
        with pytest.raises(StorageUnavailableError) as caught:
            async with asyncio.timeout(15):
                await run(own, LIMIT)

    assert caught.value.reason == "all connections to it are in use"


async def test_a_closed_connection_is_replaced(own: AsyncEngine, engine: AsyncEngine) -> None:
    pid = await run(own, text("SELECT pg_backend_pid()"))
    async with own.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
    closed = asyncio.Event()
    driver.add_termination_listener(lambda _: closed.set())
    await run(engine, text(f"SELECT pg_terminate_backend({pid})"))
    await closed.wait()

    assert await run(own, text("SELECT pg_backend_pid()")) != pid


async def test_no_connection_is_tried_for_a_moment_after_failures(tmp_path: Path) -> None:
    attempts = 0

    def refuse(reader: object, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        writer.close()

    breaker = Breaker(failures=2, pause_s=60)
    path = tmp_path / ".s.PGSQL.5432"
    async with await asyncio.start_unix_server(refuse, path):
        for _ in range(2):
            with pytest.raises((OSError, asyncpg.PostgresConnectionError)):
                await breaker.connect(host=str(tmp_path), user="someone")
        with pytest.raises(RestingError):
            await breaker.connect(host=str(tmp_path), user="someone")

    assert attempts == 2


async def test_parameters_are_not_in_errors(own: AsyncEngine) -> None:
    wrong = text("SELECT CAST(:title AS text)::integer").bindparams(title="a secret title")

    with pytest.raises(Exception, match="hide_parameters") as caught:
        await run(own, wrong)

    assert "[parameters: ('a secret title'" not in str(caught.value)
