"""Migration 0014 on a filled database: nothing changes, and old writers' tracks are remembered."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from alembic import command
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.migrating import move_to
from support.waiting import until

from db.batches.removal import BatchRemovals
from db.engine import create_engine
from db.migrations.migrate import migrate, newest_revision

pytestmark = pytest.mark.asyncio

BEFORE = "0013"
ROWS = 20_000
OLD, NEW = uuid.UUID(int=1 << 96), uuid.UUID(int=2 << 96)
FILL = (
    "INSERT INTO model_versions VALUES ('old', '{folk,metal}')",
    "INSERT INTO batches (id, file_name, status, model_version) "
    f"VALUES ('{OLD}', 'a', 'DONE', 'old')",
    f"""INSERT INTO tracks (track_id, title, title_words, predicted_genre, confidence,
        probabilities, model_version, batch_id, line)
    SELECT id, 'Song ' || id, 'song ' || id, 'folk', 0.75, '{{0.75,0.25}}', 'old', '{OLD}', id + 1
    FROM generate_series(1, {ROWS}) AS id""",
    f"""INSERT INTO track_features (track_id, digest, tags, numbers)
    SELECT id, '\\x01', 'rain', '\\x02' FROM generate_series(1, {ROWS}) AS id""",
    "INSERT INTO corrections (track_id, genre, title, predicted_genre, model_version) "
    "VALUES (7, 'ska', 'Song 7', 'folk', 'old')",
)
# As the release before stores a batch; it does not know the new tables.
SEND_AGAIN = (
    "INSERT INTO batches (id, file_name, status, model_version) "
    f"VALUES ('{NEW}', 'b', 'DONE', 'old')",
    f"""INSERT INTO tracks AS kept (track_id, title, title_words, predicted_genre, confidence,
        probabilities, model_version, batch_id, line)
    SELECT id, 'Other ' || id, 'other ' || id, 'metal', 0.5, '{{0.5,0.5}}', 'old', '{NEW}', id
    FROM generate_series(5, {ROWS} + 5) AS id ORDER BY id
    ON CONFLICT (track_id) DO UPDATE SET title = excluded.title,
        title_words = excluded.title_words, predicted_genre = excluded.predicted_genre,
        confidence = excluded.confidence, probabilities = excluded.probabilities,
        batch_id = excluded.batch_id, line = excluded.line""",
    "DELETE FROM track_features WHERE track_id >= 5",
    f"""INSERT INTO track_features (track_id, digest, tags, numbers)
    SELECT id, '\\x03', 'snow', '\\x04' FROM generate_series(5, {ROWS} + 5) AS id""",
)
STORED = """
SELECT md5(string_agg(concat_ws('|', tracks.*, track_features.*), ',' ORDER BY track_id))
FROM tracks LEFT JOIN track_features USING (track_id)
"""
COUNTS = "SELECT genre, sum(track_count) FROM genre_counts GROUP BY genre ORDER BY genre"


@pytest_asyncio.fixture
async def filled(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """A database of the release before."""
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("DROP DATABASE IF EXISTS filled WITH (FORCE)"))
        await outside.execute(text("CREATE DATABASE filled"))
    own = create_engine(engine.url.set(database="filled").render_as_string(hide_password=False))
    async with own.begin() as connection:
        await connection.run_sync(move_to, command.upgrade, BEFORE)
        await run(connection, FILL)
    yield own
    await own.dispose()


async def run(connection: Any, statements: tuple[str, ...]) -> None:
    for statement in statements:
        await connection.exec_driver_sql(statement)


async def read(engine: AsyncEngine) -> tuple[str, list[Any]]:
    async with engine.connect() as connection:
        counts = [tuple(row) for row in await connection.execute(text(COUNTS))]
        return str(await connection.scalar(text(STORED))), counts


async def test_tracks_that_an_old_writer_replaces_go_back(filled: AsyncEngine) -> None:
    before = await read(filled)
    await migrate(filled)
    assert await read(filled) == before
    async with filled.begin() as connection:
        await run(connection, SEND_AGAIN)
    assert await read(filled) != before

    await BatchRemovals(filled).remove(NEW)

    after = await read(filled)
    assert after[0] == before[0]
    assert dict(after[1]) | {"metal": 0} == dict(before[1]) | {"metal": 0}


async def test_the_migration_can_be_undone(filled: AsyncEngine) -> None:
    before = await read(filled)
    await migrate(filled)
    async with filled.begin() as connection:
        await connection.run_sync(move_to, command.downgrade, BEFORE)

    assert await read(filled) == before
    async with filled.begin() as connection:
        await run(connection, SEND_AGAIN)


async def test_a_migration_waits_for_a_table_in_use_without_blocking_it(
    filled: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    async with filled.begin() as connection:
        await connection.execute(text("LOCK TABLE tracks IN ROW EXCLUSIVE MODE"))
        migrating = asyncio.create_task(migrate(filled))
        await until(lambda: _logged(caplog, "A table is in use"))
        async with filled.connect() as reader:
            assert await reader.scalar(text("SELECT count(*) FROM tracks"))
        assert not migrating.done()

    assert await migrating == newest_revision()


async def _logged(caplog: pytest.LogCaptureFixture, message: str) -> bool:
    return message in caplog.text
