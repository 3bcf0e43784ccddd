"""`reclassify` over HTTP: stored tracks are classified again with the model in use."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from support.corrected_tracks import correct
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.reclassifying import (
    AGE,
    BATCH,
    COUNTS_DIFFER,
    RECLASSIFY,
    REJECTS,
    change,
    reclassified,
    scalar,
    tracks,
)

pytestmark = pytest.mark.asyncio
DELETE = "mutation ($id: ID!) { deleteBatch(id: $id) { kind rowsStored } }"
GENRES = "{ genres { name trackCount } }"


async def test_tracks_get_the_predictions_of_the_model_in_use(
    api: GraphQLClient, engine: AsyncEngine, sample: bytes
) -> None:
    upload = await api.classify(sample)
    before, genres = await tracks(api), await api.data(GENRES)
    await change(engine, *AGE)
    aged = await tracks(api)

    batch = await reclassified(api)

    assert {track["genre"] for track in aged.values()} == {"polka"}
    assert await tracks(api) == before
    assert await api.data(GENRES) == genres
    assert await scalar(engine, COUNTS_DIFFER) == 0
    assert batch == {
        "id": batch["id"],
        "kind": "RECLASSIFY",
        "fileName": "reclassification",
        "status": "DONE",
        "modelVersion": upload["modelVersion"],
        "rowsReceived": 60,
        "rowsRejected": 0,
        "rowsStored": 60,
        "rowsTotal": 60,
        "bytesRead": 0,
        "bytesTotal": None,
        "error": None,
    }
    counted = (await api.data(BATCH, id=batch["id"]))["batch"]["genres"]
    assert counted == upload["genres"]


async def test_corrected_tracks_are_left_alone(
    api: GraphQLClient, engine: AsyncEngine, sample: bytes
) -> None:
    await api.classify(sample)
    await change(engine, *AGE)
    genre = await correct(api, 7)
    before = (await tracks(api))["7"]

    batch = await reclassified(api)

    after = (await tracks(api))["7"]
    assert after == before
    assert (after["genre"], after["predictedGenre"], after["modelVersion"]) == (
        genre,
        "polka",
        "older",
    )
    assert (batch["rowsTotal"], batch["rowsStored"]) == (59, 59)
    assert await scalar(engine, COUNTS_DIFFER) == 0


async def test_only_tracks_of_the_batch_that_was_named(
    api: GraphQLClient, engine: AsyncEngine, sample_rows: list[dict[str, str]]
) -> None:
    await api.classify(write_csv(sample_rows[:20]), "one.csv")
    other = await api.classify(write_csv(sample_rows[20:]), "other.csv")
    await change(engine, *AGE)

    batch = await reclassified(api, other["id"])

    assert (batch["fileName"], batch["rowsStored"]) == ("reclassification of other.csv", 40)
    versions = {
        (track["batch"]["id"] == other["id"], track["modelVersion"])
        for track in (await tracks(api)).values()
    }
    assert versions == {(True, other["modelVersion"]), (False, "older")}


async def test_tracks_without_whole_features_are_rejected_and_the_others_classified(
    api: GraphQLClient, engine: AsyncEngine, sample: bytes
) -> None:
    await api.classify(sample)
    await change(
        engine,
        *AGE,
        "DELETE FROM track_features WHERE track_id = 3",
        "UPDATE track_features SET numbers = substr(numbers, 9) WHERE track_id = 5",
        "UPDATE track_features SET spec_id = 999 WHERE track_id = 8",
        # Stored by a release without vect_4, which is the tenth number. NaN alone would say that
        # the track was sent with `allowMissing`.
        "INSERT INTO feature_specs (columns) "
        "SELECT array_remove(columns, 'vect_4') FROM feature_specs",
        "UPDATE track_features SET numbers = overlay(numbers placing ''::bytea from 73 for 8), "
        "spec_id = (SELECT max(id) FROM feature_specs) WHERE track_id = 60",
    )

    batch = await reclassified(api)

    assert (batch["status"], batch["rowsRejected"], batch["rowsStored"]) == ("DONE", 4, 56)
    rejects = (await api.data(REJECTS, id=batch["id"]))["batch"]["rejects"]["nodes"]
    assert [(r["line"], r["trackId"], r["column"]) for r in rejects] == [
        (3, "3", None),
        (5, "5", None),
        (8, "8", None),
        (60, "60", "vect_4"),
    ]
    assert {r["code"] for r in rejects} == {"MISSING_VALUE"}
    assert "no features" in rejects[0]["message"]
    assert "without vect_4." in rejects[3]["message"]
    older = {i for i, t in (await tracks(api)).items() if t["modelVersion"] == "older"}
    assert older == {"3", "5", "8", "60"}


async def test_what_the_model_has_classified_already_is_not_classified_again(
    api: GraphQLClient, sample: bytes
) -> None:
    empty = await reclassified(api)
    await api.classify(sample)

    batch = await reclassified(api)

    for done in (empty, batch):
        assert (done["status"], done["rowsTotal"], done["rowsReceived"]) == ("DONE", 0, 0)


@pytest.mark.parametrize("batch_id", ["00000000-0000-0000-0000-000000000000", "none", ""])
async def test_an_unknown_batch_is_not_found(api: GraphQLClient, batch_id: str) -> None:
    error = await api.error(RECLASSIFY, batchId=batch_id)

    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_tracks_whose_features_were_never_kept_are_an_error(
    api: GraphQLClient, engine: AsyncEngine, sample: bytes
) -> None:
    await api.classify(sample)
    await change(engine, "DELETE FROM track_features")

    error = await api.error(RECLASSIFY)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "GENRE_STORE_FEATURES" in error["message"]


async def test_deleting_the_batch_deletes_no_track(
    api: GraphQLClient, engine: AsyncEngine, sample: bytes
) -> None:
    await api.classify(sample)
    await change(engine, *AGE)
    batch = await reclassified(api)
    before: dict[str, Any] = await tracks(api)

    deleted = (await api.data(DELETE, id=batch["id"]))["deleteBatch"]

    assert deleted == {"kind": "RECLASSIFY", "rowsStored": 60}
    assert await tracks(api) == before
