"""What Postgres reports becomes an error that says whether trying again may help."""

from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import driver_of
from db.errors import StorageUnavailableError, translate_errors

pytestmark = pytest.mark.asyncio
RAISE = "DO $$ BEGIN RAISE EXCEPTION 'secret words' USING ERRCODE = '{}'; END $$"
UNAVAILABLE = ["57P01", "57P03", "53300", "53100", "53200", "25006", "40001", "40P01", "08006"]


async def raise_in_postgres(engine: AsyncEngine, state: str) -> None:
    with translate_errors():
        async with engine.begin() as connection:
            await connection.execute(text(RAISE.format(state)))


async def raise_beside_sqlalchemy(engine: AsyncEngine, state: str) -> None:
    with translate_errors():
        async with engine.begin() as connection:
            await (await driver_of(connection)).execute(RAISE.format(state))


@pytest.mark.parametrize("state", UNAVAILABLE)
@pytest.mark.parametrize("run", [raise_in_postgres, raise_beside_sqlalchemy])
async def test_a_passing_problem_is_unavailable(engine: AsyncEngine, run: Any, state: str) -> None:
    with pytest.raises(StorageUnavailableError) as caught:
        await run(engine, state)

    assert "secret words" not in caught.value.reason
    assert "DO $$" not in str(caught.value)


@pytest.mark.parametrize("state", ["42P01", "22003", "23505"])
async def test_a_mistake_of_ours_is_not(engine: AsyncEngine, state: str) -> None:
    with pytest.raises(DBAPIError):
        await raise_in_postgres(engine, state)
    with pytest.raises(asyncpg.PostgresError):
        await raise_beside_sqlalchemy(engine, state)
