"""`deleteBatch` over HTTP: tracks go back to the batch that also brought them, answers stay."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.csv_files import write_csv
from support.genre_processes import genre_processes
from support.graphql_client import GraphQLClient
from support.reclassifying import AGE, COUNTS_DIFFER, change, multiply, scalar
from support.waiting import until

from app.config.credentials import hash_secret
from db.engine import create_engine

pytestmark = pytest.mark.asyncio

Rows = list[dict[str, str]]
COPIES = 700
DELETE = "mutation ($id: ID!) { deleteBatch(id: $id) { id status rowsStored } }"
CORRECT = """mutation ($id: ID!) { correctGenre(trackId: $id, genre: "polka", newGenre: true) {
  genre
} }"""
BATCH = """query ($id: ID!) { batch(id: $id) {
  status rowsStored genres { name trackCount } tracks { totalCount }
  deletion { tracksDeleted tracksReturned correctionsKept }
} }"""
TRACKS = """{ tracks(first: 1000) { nodes {
  trackId title genre predictedGenre correctedGenre confidence classifiedAt batch { id }
  probabilities { genre probability }
} } }"""


async def tracks(api: GraphQLClient) -> dict[str, dict[str, Any]]:
    return {node["trackId"]: node for node in (await api.data(TRACKS))["tracks"]["nodes"]}


async def deletion(api: GraphQLClient, batch: dict[str, Any]) -> tuple[int, int, int]:
    found = (await api.data(BATCH, id=batch["id"]))["batch"]["deletion"]
    return found["tracksDeleted"], found["tracksReturned"], found["correctionsKept"]


async def test_a_file_that_was_sent_twice_goes_back_to_the_first_batch(
    api: GraphQLClient, sample: bytes
) -> None:
    first = await api.classify(sample)
    before = await api.data(BATCH, id=first["id"])
    await api.data(CORRECT, id="1")
    corrected = await tracks(api)
    second = await api.classify(sample)
    assert (await api.data(BATCH, id=first["id"]))["batch"]["tracks"]["totalCount"] == 0
    assert await deletion(api, first) == (0, 0, 0)
    assert await deletion(api, second) == (0, 60, 1)

    deleted = await api.data(DELETE, id=second["id"])

    assert deleted["deleteBatch"] == {"id": second["id"], "status": "DONE", "rowsStored": 60}
    assert await tracks(api) == corrected
    after = await api.data(BATCH, id=first["id"])
    assert {**after["batch"], "deletion": None} == {**before["batch"], "deletion": None}
    assert await deletion(api, first) == (60, 0, 1)


async def test_new_tracks_are_deleted_and_changed_ones_get_their_values_back(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    first = await api.classify(write_csv(sample_rows[:40]))
    before = await tracks(api)
    reasons = 'query { track(trackId: "30") { explanation { feature contribution } } }'
    explained = await api.data(reasons)
    changed = {(row + 2, "tempo"): "91.5" for row in range(30)}
    later = write_csv(sample_rows[20:], {**changed, (2, "title"): "Another", (11, "tags"): "rain"})
    second = await api.classify(later)
    assert (await tracks(api))["21"]["title"] == "Another"
    assert await api.data(reasons) != explained
    assert await deletion(api, second) == (20, 20, 0)

    await api.data(DELETE, id=second["id"])

    assert await tracks(api) == before
    assert await api.data(reasons) == explained
    assert await deletion(api, first) == (40, 0, 0)
    found = await api.data('{ tracks(search: "another") { totalCount } genres { trackCount } }')
    assert found["tracks"]["totalCount"] == 0
    assert sum(genre["trackCount"] for genre in found["genres"]) == 40


async def test_a_reclassification_in_between_belongs_to_the_later_batch(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    await api.classify(sample)
    await change(engine, *AGE)
    old = await tracks(api)
    second = await api.classify(sample)
    await change(engine, "UPDATE tracks SET predicted_genre = 'ska', classified_at = now()")

    await api.data(DELETE, id=second["id"])

    assert await tracks(api) == old
    assert {track["genre"] for track in old.values()} == {"polka"}


@pytest.mark.parametrize("status", ["DONE", "FAILED", "CANCELLED"])
async def test_how_the_batches_ended_does_not_matter(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine, status: str
) -> None:
    await api.classify(sample)
    before = await tracks(api)
    second = await api.classify(sample)
    await change(engine, "UPDATE batches SET status = :status", status=status)

    deleted = await api.data(DELETE, id=second["id"])

    assert deleted["deleteBatch"]["status"] == status
    assert await tracks(api) == before


async def test_a_batch_deleted_by_the_release_before_gets_no_tracks_back(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    first = await api.classify(sample)
    second = await api.classify(sample)
    await change(
        engine,
        "DELETE FROM tracks WHERE batch_id = :id",
        "DELETE FROM batches WHERE id = :id",
        id=first["id"],
    )
    assert await deletion(api, second) == (60, 0, 0)

    await api.data(DELETE, id=second["id"])

    assert await tracks(api) == {}
    for table in ("superseded_tracks", "superseded_features", "track_features"):
        assert await scalar(engine, f"SELECT count(*) FROM {table}") == 0


async def test_a_batch_that_is_being_deleted_is_hidden(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    first = await api.classify(sample)
    second = await api.classify(sample)
    await change(engine, "UPDATE batches SET removed_at = now() WHERE id = :id", id=first["id"])

    found = await api.data(
        "query ($id: ID!) { batch(id: $id) { id } batches { totalCount nodes { id } } }",
        id=first["id"],
    )

    assert found == {"batch": None, "batches": {"totalCount": 1, "nodes": [{"id": second["id"]}]}}
    assert await deletion(api, second) == (60, 0, 0)
    for mutation in (DELETE, "mutation ($id: ID!) { cancelBatch(id: $id) { id } }"):
        error = await api.error(mutation, id=first["id"])
        assert error["extensions"]["code"] == "NOT_FOUND"


async def test_a_request_may_ask_what_deleting_a_few_batches_would_do(
    api: GraphQLClient, sample: bytes
) -> None:
    batch = await api.classify(sample)
    fields = "".join(
        f'b{n}: batch(id: "{batch["id"]}") {{ deletion {{ tracksDeleted }} }} ' for n in range(6)
    )

    error = await api.error(f"{{ {fields} }}")

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == "A request may ask for `deletion` of at most 5 batches."


@pytest_asyncio.fixture
async def large(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """A database for processes that are killed."""
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("DROP DATABASE IF EXISTS deleting WITH (FORCE)"))
        await outside.execute(text("CREATE DATABASE deleting"))
    own = create_engine(engine.url.set(database="deleting").render_as_string(hide_password=False))
    yield own
    await own.dispose()


async def test_another_process_finishes_what_a_killed_one_began(
    large: AsyncEngine, tmp_path: Path, sample: bytes, sample_rows: Rows
) -> None:
    settings = {
        "GENRE_DATABASE_URL": large.url.render_as_string(hide_password=False),
        "GENRE_CLIENTS": f"test:{hash_secret('test')}",
        "GENRE_DATA_DIR": str(tmp_path / "data"),
    }
    with genre_processes(tmp_path, **settings) as processes:
        doomed, address = processes.serve()
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            api = GraphQLClient(http, client_id="test", client_secret="test")
            first = await api.classify(sample)
            await multiply(large, COPIES)
            second = await api.classify(write_csv(sample_rows[:2]))
            await change(
                large,
                "UPDATE tracks SET batch_id = :id WHERE batch_id <> :id",
                "DELETE FROM superseded_tracks WHERE track_id % 2 = 1",
                id=second["id"],
            )
            await api.data(CORRECT, id="2")
            await api.data(CORRECT, id="3")
            assert await deletion(api, second) == (30 * COPIES, 30 * COPIES, 2)
            deleting = asyncio.create_task(api.post(DELETE, id=second["id"]))
            count = f"SELECT count(*) < 60 * {COPIES} FROM tracks"
            await until(lambda: scalar(large, count))
            doomed.kill()
            doomed.wait()
            with pytest.raises(httpx.TransportError):
                await deleting
        left = await scalar(large, "SELECT count(*) FROM tracks")
        assert left > 30 * COPIES

        _, address = processes.serve()
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            api = GraphQLClient(http, client_id="test", client_secret="test")
            assert (await api.data(BATCH, id=second["id"]))["batch"] is None
            await until(lambda: scalar(large, "SELECT count(*) = 1 FROM batches"))
            assert await deletion(api, first) == (30 * COPIES, 0, 1)
            answers = await api.data("{ corrections { totalCount } track(trackId: 2) { genre } }")
            assert answers == {"corrections": {"totalCount": 2}, "track": {"genre": "polka"}}
    assert await scalar(large, COUNTS_DIFFER) == 0
    assert await scalar(large, "SELECT count(*) FROM superseded_tracks") == 0
