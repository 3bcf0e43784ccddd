"""A database that became read-only: not ready, and what writes says so."""

import httpx
import pytest
from asgi_lifespan import LifespanManager
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.graphql_client import GraphQLClient

from app.config.credentials import hash_secret
from app.config.settings import Settings
from app.main import create_app

pytestmark = pytest.mark.asyncio
FREEZE = "ALTER DATABASE frozen SET default_transaction_read_only = on"
END_ALL = "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE datname = 'frozen'"


async def run(engine: AsyncEngine, statement: str) -> None:
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text(statement))


async def test_a_read_only_database_is_named_and_loses_nothing(
    settings: Settings, engine: AsyncEngine, sample: bytes
) -> None:
    await run(engine, "CREATE DATABASE frozen")
    url = engine.url.set(database="frozen").render_as_string(hide_password=False)
    clients = SecretStr(f"test:{hash_secret('test')}")
    own = settings.model_copy(update={"database_url": SecretStr(url), "clients": clients})
    async with LifespanManager(create_app(own)) as manager:
        transport = httpx.ASGITransport(manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://genre.test") as http:
            api = GraphQLClient(http, client_id="test", client_secret="test")
            await api.classify(sample)
            await run(engine, FREEZE)
            await run(engine, END_ALL)

            ready = await http.get("/readyz")
            refused = await api.upload(sample)
            genres = (await api.data("{ genres { name } }"))["genres"]

    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] == "it is read-only"
    (error,) = refused["errors"]
    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryable": True}
    assert genres
