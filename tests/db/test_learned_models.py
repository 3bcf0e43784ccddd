"""Models stored in Postgres: stored once, found again, listed without their parameters."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_sessions
from db.learned_models import PostgresLearnedModels

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("empty_database")]
MANIFEST = {"kind": "adapted", "genres": ["folk", "métal"], "accuracy": 0.75}


async def test_a_saved_model_is_found_as_it_was(engine: AsyncEngine) -> None:
    models = PostgresLearnedModels(create_sessions(engine))
    parameters = bytes(range(256)) * 5_000

    saved = await models.save("a1", "shipped", MANIFEST, parameters, "anna")
    found = await models.find("a1")

    assert found is not None
    assert found.parameters == parameters
    assert found.summary == saved
    assert (saved.version, saved.parent_version, saved.created_by) == ("a1", "shipped", "anna")
    assert saved.manifest == MANIFEST
    assert await models.find("a2") is None


async def test_saving_a_version_again_changes_nothing(engine: AsyncEngine) -> None:
    models = PostgresLearnedModels(create_sessions(engine))
    first = await models.save("a1", "shipped", MANIFEST, b"1", "anna")

    again = await models.save("a1", "other", {}, b"2", "ben")
    found = await models.find("a1")

    assert again == first
    assert found is not None
    assert found.parameters == b"1"


async def test_lists_the_newest_first(engine: AsyncEngine) -> None:
    models = PostgresLearnedModels(create_sessions(engine))
    assert await models.find_newest() is None
    saved = [await models.save(f"a{n}", "shipped", MANIFEST, b"", None) for n in range(4)]

    assert await models.list_newest(3) == saved[:0:-1]
    assert await models.find_newest() == saved[-1]
