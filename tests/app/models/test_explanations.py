"""Query which tracks are uncertain, and why a track has its genre."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.model_folders import make_model
from support.model_site import USE, Running, client, serving
from support.stored_features import store_under
from support.track_inputs import track_input

from app.config.settings import Settings
from app.models.source import registry_of
from db.records import ModelVersion
from ml.columns import NUMBER_COLUMNS
from ml.reading.tracks_csv import read_all_tracks

pytestmark = pytest.mark.asyncio

TRACK = """query ($id: ID!, $first: Int) {
  track(trackId: $id) {
    genre predictedGenre modelVersion uncertain
    explanation(first: $first) { feature value contribution }
  }
}"""
UNCERTAIN = '{ track(trackId: "1") { uncertain modelVersion } }'
PAGE = """query ($genre: String!) {
  titlesByGenre(genre: $genre, first: 5) { nodes { explanation { feature } } }
}"""
CLASSIFY = """mutation ($tracks: [TrackInput!]!) {
  classifyTracks(tracks: $tracks) {
    trackId genre uncertain explanation(first: 5) { feature value contribution }
  }
}"""


async def test_a_track_is_uncertain_by_the_threshold_of_the_model_that_classified_it(
    running: Running, sample: bytes, tmp_path: Path
) -> None:
    registry = registry_of(running.settings)
    for name, threshold in (("sure", 0.0), ("unsure", 1.1)):
        make_model(tmp_path / name, f" {name}", uncertain_below=threshold)
    sure, unsure = (registry.add(tmp_path / name)[0].version for name in ("sure", "unsure"))
    found = {}
    for version in (sure, unsure):
        await running.operator.data(USE, version=version)
        await running.client.classify(sample)
        found[version] = (await running.client.data(UNCERTAIN))["track"]

    await running.operator.data(USE, version=sure)
    shutil.rmtree(registry.find(unsure))  # the tracks outlive the folder
    after = (await running.client.data(UNCERTAIN))["track"]

    assert found[sure] == {"uncertain": False, "modelVersion": sure}
    assert found[unsure] == after == {"uncertain": True, "modelVersion": unsure}


async def test_explains_a_stored_track_by_what_the_model_saw(
    api: GraphQLClient, sample: bytes
) -> None:
    await api.classify(sample)

    track = (await api.data(TRACK, id="1", first=1_000))["track"]
    shorter = (await api.data(TRACK, id="1", first=3))["track"]

    weights = [abs(found["contribution"]) for found in track["explanation"]]
    assert weights == sorted(weights, reverse=True)
    assert len(weights) > 10
    assert len({found["feature"] for found in track["explanation"]}) == len(weights)
    assert any(found["contribution"] > 0 for found in track["explanation"])
    assert shorter["explanation"] == track["explanation"][:3]


async def test_a_request_and_a_file_give_the_same_reasons(
    api: GraphQLClient, sample: bytes, sample_rows: list[dict[str, str]]
) -> None:
    await api.classify(sample)

    rows = sample_rows[:2]
    given = await api.data(CLASSIFY, tracks=[track_input(row) for row in rows])
    stored = [(await api.data(TRACK, id=row["trackID"], first=5))["track"] for row in rows]

    for prediction, track in zip(given["classifyTracks"], stored, strict=True):
        assert (prediction["genre"], prediction["uncertain"]) == (
            track["predictedGenre"],
            track["uncertain"],
        )
        assert names(prediction) == names(track)


async def test_a_page_of_tracks_is_explained_at_once(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(sample)
    genre = max(batch["genres"], key=lambda found: found["trackCount"])["name"]

    page = await api.data(PAGE, genre=genre)

    assert all(len(node["explanation"]) == 10 for node in page["titlesByGenre"]["nodes"])


async def test_refuses_to_explain_more_tracks_than_it_has_time_for(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    tracks = [track_input(sample_rows[0], trackId=str(number)) for number in range(101)]

    body = await api.post(CLASSIFY, tracks=tracks)

    assert body["data"] is None
    assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": "explanation"}


async def test_explanations_by_a_missing_model_are_not_found(
    running: Running, sample: bytes
) -> None:
    await running.operator.data(USE, version=running.other.version)
    await running.client.classify(sample)
    await running.operator.data(USE, version="shipped")
    assert (await running.client.data(TRACK, id="1"))["track"]["explanation"]

    shutil.rmtree(registry_of(running.settings).find(running.other.version))
    async with serving(running.settings) as http:  # which has not loaded it before
        error = await client(http, "web").error(TRACK, id="1")

    assert error["extensions"]["code"] == "NOT_FOUND"
    assert running.other.version in error["message"]


async def test_reasons_need_stored_features(site: Settings, sample: bytes) -> None:
    async with serving(site.model_copy(update={"store_features": False})) as http:
        await client(http, "web").classify(sample)

        error = await client(http, "web").error(TRACK, id="1")

    assert error["extensions"]["code"] == "NOT_FOUND"
    assert "GENRE_STORE_FEATURES" in error["message"]


async def test_explains_a_track_whose_columns_were_stored_in_another_order(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    await api.classify(sample)
    tracks, model = read_all_tracks(io.BytesIO(sample)).tracks, await model_in_use(api)
    await store_under(engine, tracks, 1, NUMBER_COLUMNS, model)
    before = (await api.data(TRACK, id="1", first=1_000))["track"]

    await store_under(engine, tracks, 1, ("danceability", *reversed(NUMBER_COLUMNS)), model)

    assert (await api.data(TRACK, id="1", first=1_000))["track"] == before
    assert before["explanation"]


async def test_a_track_stored_before_a_column_existed_has_no_reasons(
    api: GraphQLClient, sample: bytes, engine: AsyncEngine
) -> None:
    await api.classify(sample)
    tracks, model = read_all_tracks(io.BytesIO(sample)).tracks, await model_in_use(api)
    await store_under(engine, tracks, 1, ("danceability", *NUMBER_COLUMNS[2:]), model)

    error = await api.error(TRACK, id="1")

    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["message"] == (
        "Track 1 was stored without loudness, tempo, which explaining it needs: upload it again."
    )
    assert (await api.data(TRACK, id="2"))["track"]["explanation"]


async def model_in_use(api: GraphQLClient) -> ModelVersion:
    found = (await api.data("{ model { version genres } }"))["model"]
    return ModelVersion(found["version"], tuple(found["genres"]))


@pytest.mark.parametrize("first", [-1, 1_001])
async def test_refuses_a_number_out_of_range(api: GraphQLClient, sample: bytes, first: int) -> None:
    await api.classify(sample)

    error = await api.error(TRACK, id="1", first=first)

    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "first"}


def names(found: dict[str, Any]) -> list[str]:
    return [one["feature"] for one in found["explanation"]]


REASONS = """query ($id: ID!) {
  track(trackId: $id) {
    predictedGenre
    explanation(first: 1000) { feature contribution }
    reasons {
      summary
      groups { measure name meaning contribution words features(first: 1000) { feature value } }
    }
  }
}"""


async def test_reasons_group_every_contribution_once(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)

    track = (await api.data(REASONS, id="1"))["track"]

    parts = {one["feature"]: one["contribution"] for one in track["explanation"]}
    groups = track["reasons"]["groups"]
    grouped = [one["feature"] for group in groups for one in group["features"]]
    assert sorted(grouped) == sorted(parts)
    for group in groups:
        total = sum(parts[one["feature"]] for one in group["features"])
        assert group["contribution"] == pytest.approx(total)
    weights = [abs(group["contribution"]) for group in groups]
    assert weights == sorted(weights, reverse=True)
    timbre = next(group for group in groups if group["measure"] == "TIMBRE")
    assert {one["feature"] for one in timbre["features"]} <= {f"vect_{n}" for n in range(1, 25)}


async def test_summary_names_the_strongest_words_and_never_a_column(
    api: GraphQLClient, sample: bytes
) -> None:
    await api.classify(sample)

    for number in range(1, 11):
        track = (await api.data(REASONS, id=str(number)))["track"]
        summary = track["reasons"]["summary"]
        strongest = track["reasons"]["groups"][0]

        assert "vect_" not in summary
        assert "word=" not in summary
        if strongest["contribution"] > 0:
            assert summary.startswith(f"For {track['predictedGenre']}: ")
        if strongest["measure"] == "WORDS":
            assert strongest["words"][0] in summary


async def test_reasons_count_as_explanations(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    rows = [{**sample_rows[0], "trackID": str(number)} for number in range(101)]
    await api.classify(write_csv(rows))

    error = await api.error("{ tracks(first: 101) { nodes { reasons { summary } } } }")

    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": "explanation"}
