"""A correction never gets lost, in whatever order files are sent, corrected, resent and deleted."""

import itertools
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio

Rows = list[dict[str, str]]
CORRECT = """mutation ($genre: String!) {
  correctGenre(trackId: 1, genre: $genre, newGenre: true) { genre }
}"""
DELETE = "mutation ($id: ID!) { deleteBatch(id: $id) { id } }"
TRACK = "{ track(trackId: 1) { genre correctedGenre correctedBy predictedGenre } }"
CORRECTIONS = """{ corrections { totalCount nodes {
  trackId title genre predictedGenre confirmed correctedBy correctedAt track { trackId genre }
} } }"""
KEPT = text("SELECT track_id FROM track_features ORDER BY track_id")


async def track(api: GraphQLClient) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await api.data(TRACK))["track"]
    return found


async def corrections(api: GraphQLClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.data(CORRECTIONS))["corrections"]["nodes"]
    return found


async def counts(api: GraphQLClient) -> dict[str, int]:
    genres = (await api.data("{ genres { name trackCount } }"))["genres"]
    return {genre["name"]: genre["trackCount"] for genre in genres}


@pytest.mark.parametrize(
    "order", sorted(set(itertools.permutations(["correct", "send", "delete", "delete"]))), ids=str
)
async def test_a_correction_survives_every_order(
    api: GraphQLClient, sample: bytes, order: tuple[str, ...]
) -> None:
    batches = [(await api.classify(sample))["id"]]
    given: dict[str, Any] | None = None

    for step in order:
        if step == "send":
            batches.append((await api.classify(sample))["id"])
        elif step == "delete" and batches:
            await api.data(DELETE, id=batches.pop())
        elif step == "correct" and await track(api) is not None:
            await api.data(CORRECT, genre="polka")
            (given,) = await corrections(api)
        elif step == "correct":
            error = await api.error(CORRECT, genre="polka")
            assert error["extensions"]["code"] == "NOT_FOUND"
        now = await track(api)
        listed = await corrections(api)
        if given is None:
            assert listed == []
            assert now is None or now["correctedGenre"] is None
        else:
            stored = None if now is None else {"trackId": "1", "genre": "polka"}
            assert listed == [{**given, "track": stored}]
            assert now is None or now["genre"] == now["correctedGenre"] == "polka"
            assert now is None or now["correctedBy"] == "test"
            assert (await counts(api)).get("polka", 0) == (0 if now is None else 1)

    await api.classify(sample)
    back = await track(api)
    assert back is not None
    assert back["correctedGenre"] == (None if given is None else "polka")


async def test_a_track_sent_in_a_request_takes_its_correction_too(
    api: GraphQLClient, sample: bytes, sample_rows: Rows
) -> None:
    first = await api.classify(sample)
    await api.data(CORRECT, genre="polka")
    await api.data(DELETE, id=first["id"])
    changed = [{**row, "tempo": "91.5"} for row in sample_rows[:3]]

    await api.classify(write_csv(changed))

    back = await track(api)
    assert back is not None
    assert (back["genre"], back["correctedBy"]) == ("polka", "test")


async def test_features_outlive_a_corrected_track_alone(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    batch = await api.classify(sample)
    await api.data(CORRECT, genre="polka")

    await api.data(DELETE, id=batch["id"])

    assert await kept_features(engine) == [1]


async def test_features_go_when_the_correction_of_a_deleted_track_is_withdrawn(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    batch = await api.classify(sample)
    await api.data(CORRECT, genre="polka")
    await api.data(DELETE, id=batch["id"])

    withdraw = 'mutation { withdrawCorrections(clientId: "test") { count hasMore } }'
    withdrawn = (await api.data(withdraw))["withdrawCorrections"]

    assert withdrawn == {"count": 1, "hasMore": False}
    assert await corrections(api) == []
    assert await kept_features(engine) == []


async def test_features_stay_when_the_correction_of_a_stored_track_is_cleared(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    await api.classify(sample)
    await api.data(CORRECT, genre="polka")

    await api.data("mutation { clearCorrection(trackId: 1) { genre } }")

    assert len(await kept_features(engine)) == 60


async def kept_features(engine: AsyncEngine) -> list[int]:
    async with engine.connect() as connection:
        return list(await connection.scalars(KEPT))


async def test_a_correction_by_the_release_before_is_kept(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    """It knows `tracks.corrected_*` alone."""
    batch = await api.classify(sample)
    before = "UPDATE tracks SET corrected_genre = {}, corrected_by = {}, corrected_at = {}"

    await run(engine, before.format("'polka'", "'old'", "now()") + " WHERE track_id IN (1, 2)")
    await run(engine, before.format("NULL", "NULL", "NULL") + " WHERE track_id = 2")
    await run(engine, before.format("'ska'", "'old'", "now()") + " WHERE track_id = 3")
    await run(engine, before.format("'rai'", "'older'", "now()") + " WHERE track_id = 3")
    await api.data(DELETE, id=batch["id"])
    await api.classify(sample)

    listed = {c["trackId"]: (c["genre"], c["correctedBy"]) for c in await corrections(api)}
    assert listed == {"1": ("polka", "old"), "3": ("rai", "older")}
    back = await track(api)
    assert back is not None
    assert (back["genre"], back["correctedBy"]) == ("polka", "old")


async def run(engine: AsyncEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement))
