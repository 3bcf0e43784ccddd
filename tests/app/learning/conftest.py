"""A service with its own database, because a learnt model applies to all services on it."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import text
from support.graphql_client import GraphQLClient
from support.model_site import client, serving

from app.config.settings import Settings
from app.runtime.database import open_database

TABLES = (
    "tracks, track_features, corrections, learned_models, model_choices, batches, model_versions"
)


@pytest_asyncio.fixture
async def learning_api(site: Settings) -> AsyncIterator[GraphQLClient]:
    """An operator's client, on a database without tracks, answers or learnt models."""
    async with open_database(site) as engine, engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {TABLES} CASCADE"))
    async with serving(site) as http:
        yield client(http, "boss")
