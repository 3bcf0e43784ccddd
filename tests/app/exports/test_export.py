"""Take the tracks out again: over HTTP, as files, and for training."""

import contextlib
import csv
import io
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from asgi_lifespan import LifespanManager
from pyarrow import parquet
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.stored_features import store_under

from app.config.settings import Settings
from app.exports.files import whole_file, write_parquet, write_training_files
from app.exports.files import write_csv as write_tracks_csv
from app.main import create_app
from db.engine import create_sessions
from db.tracks.exports import ExportFilter, PostgresExports
from ml.columns import NUMBER_COLUMNS
from ml.reading.tracks_csv import read_all_tracks
from ml.training.labelled import read_labelled_tracks

pytestmark = pytest.mark.asyncio

COLUMNS = [
    "trackID",
    "title",
    "genre",
    "predictedGenre",
    "confidence",
    "correctedGenre",
    "modelVersion",
    "classifiedAt",
]
TRACK = """query ($id: ID!) { track(trackId: $id) {
  trackId title genre predictedGenre confidence correctedGenre modelVersion classifiedAt
} }"""
CORRECT = """mutation ($id: ID!, $genre: String!) {
  correctGenre(trackId: $id, genre: $genre) { genre }
}"""
Rows = list[dict[str, str]]
Skipped = dict[int, Sequence[str]]


@pytest.fixture
def exports(engine: AsyncEngine) -> PostgresExports:
    """Exports in chunks that are smaller than the sample."""
    return PostgresExports(create_sessions(engine), chunk_rows=7)


async def download(api: GraphQLClient, **parameters: str) -> httpx.Response:
    return await api.http.get("/export.csv", params=parameters, headers=api.headers)


async def rows_of(api: GraphQLClient, **parameters: str) -> Rows:
    response = await download(api, **parameters)
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


async def known_genres(api: GraphQLClient) -> list[str]:
    genres: list[str] = (await api.data("{ model { genres } }"))["model"]["genres"]
    return genres


async def correct(api: GraphQLClient, track_id: int) -> str:
    """Give a track a genre that it did not have, and return it."""
    had = (await api.data(TRACK, id=track_id))["track"]["genre"]
    genre = next(name for name in await known_genres(api) if name != had)
    await api.data(CORRECT, id=track_id, genre=genre)
    return genre


async def test_has_every_track_as_the_api_shows_it(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    await correct(api, 17)

    rows = await rows_of(api, raw="true")

    assert list(rows[0]) == COLUMNS
    assert [row["trackID"] for row in rows] == [str(number) for number in range(1, 61)]
    for row in (rows[0], rows[16]):
        track = (await api.data(TRACK, id=row["trackID"]))["track"]
        assert row["correctedGenre"] == (track["correctedGenre"] or "")
        assert float(row["confidence"]) == pytest.approx(track["confidence"], abs=1e-7)
        assert datetime.fromisoformat(row["classifiedAt"]) == datetime.fromisoformat(
            track["classifiedAt"]
        )
        for name in ("title", "genre", "predictedGenre", "modelVersion"):
            assert row[name] == track[name]


async def test_says_what_the_file_is(api: GraphQLClient) -> None:
    response = await download(api)
    head = await api.http.head("/export.csv", headers=api.headers)

    assert response.text.splitlines() == [",".join(f'"{name}"' for name in COLUMNS)]
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["content-disposition"] == 'attachment; filename="tracks.csv"'
    assert response.headers["cache-control"] == "no-store"
    assert (head.status_code, head.text) == (200, "")
    assert head.headers["content-type"] == response.headers["content-type"]


async def test_can_be_narrowed_to_a_genre_and_to_corrections(
    api: GraphQLClient, sample: bytes
) -> None:
    await api.classify(sample)
    genre = await correct(api, 5)
    genres = (await api.data("{ genres { name trackCount } }"))["genres"]
    count = next(entry["trackCount"] for entry in genres if entry["name"] == genre)

    of_genre = await rows_of(api, genre=genre)
    corrected = await rows_of(api, corrected="true")
    both = await rows_of(api, genre=genre, corrected="1")

    assert len(of_genre) == count
    assert {row["genre"] for row in of_genre} == {genre}
    assert [row["trackID"] for row in corrected] == ["5"]
    assert both == corrected


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        pytest.param({"genre": "polka"}, "UNKNOWN_GENRE", id="unknown-genre"),
        pytest.param({"genre": "a\0"}, "BAD_USER_INPUT", id="nul"),
        pytest.param({"corrected": "yes"}, "BAD_USER_INPUT", id="no-flag"),
        pytest.param({"format": "parquet"}, "BAD_USER_INPUT", id="unknown-parameter"),
    ],
)
async def test_a_wrong_parameter_is_named(
    api: GraphQLClient, parameters: dict[str, str], code: str
) -> None:
    response = await download(api, **parameters)

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == code


async def test_strangers_get_nothing(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)

    for headers in ({}, {"client-id": "test", "client-secret": "wrong"}):
        response = await api.http.get("/export.csv", headers=headers)
        assert response.status_code == 401
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "title", ["=1+1", "+44", "-1", "@cmd", '=HYPERLINK("http://x")', "\t=1", "\r=1"]
)
async def test_a_spreadsheet_does_not_run_a_title(
    api: GraphQLClient, sample_rows: Rows, title: str
) -> None:
    await api.classify(write_csv(sample_rows[:1], {(2, "title"): title}))

    (safe,) = await rows_of(api)
    (raw,) = await rows_of(api, raw="true")

    assert safe["title"] == f"'{title}"
    assert raw["title"] == title


async def test_text_comes_back_as_it_was(api: GraphQLClient, sample_rows: Rows) -> None:
    title = 'A "b"\nc, d; \u00e9 = \U0001f3b5'

    await api.classify(write_csv(sample_rows[:1], {(2, "title"): title}))

    assert (await rows_of(api))[0]["title"] == title


async def test_files_have_what_the_download_has(
    api: GraphQLClient, sample: bytes, exports: PostgresExports, tmp_path: Path
) -> None:
    await api.classify(sample)
    await correct(api, 17)
    expected = (await download(api)).content

    with whole_file(tmp_path / "tracks.csv") as file:
        await write_tracks_csv(exports, ExportFilter(), file, raw=False)
    with whole_file(tmp_path / "tracks.parquet") as file:
        await write_parquet(exports, ExportFilter(), file)

    assert (tmp_path / "tracks.csv").read_bytes() == expected
    table = parquet.read_table(tmp_path / "tracks.parquet")
    assert table.column_names == COLUMNS
    assert table["trackID"].to_pylist() == list(range(1, 61))
    assert table["correctedGenre"].null_count == 59
    assert table["classifiedAt"][0].as_py().tzinfo is not None


async def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "tracks.csv"
    path.write_bytes(b"old")

    with contextlib.suppress(ZeroDivisionError), whole_file(path) as file:
        file.write(b"%d" % (1 // 0))

    assert path.read_bytes() == b"old"
    assert [entry.name for entry in os.scandir(tmp_path)] == [path.name]


async def training_files(
    exports: PostgresExports, folder: Path, skipped: Skipped | None = None, **wanted: Any
) -> tuple[int, Path, Path]:
    features, labels = folder / "features.csv", folder / "labels.csv"
    with whole_file(features) as features_file, whole_file(labels) as labels_file:
        count = await write_training_files(
            exports,
            ExportFilter(**wanted),
            features_file,
            labels_file,
            on_skipped=({} if skipped is None else skipped).__setitem__,
        )
    return count, features, labels


async def test_corrections_can_be_trained_on(
    api: GraphQLClient, sample: bytes, exports: PostgresExports, tmp_path: Path
) -> None:
    await api.classify(sample)
    genres = await known_genres(api)
    verdicts = {track_id: genres[track_id % 3] for track_id in range(1, 41)}
    for track_id, genre in verdicts.items():
        await api.data(CORRECT, id=track_id, genre=genre)

    count, features, labels = await training_files(exports, tmp_path)

    data = read_labelled_tracks(features, labels)
    original = read_all_tracks(io.BytesIO(sample)).tracks
    assert count == len(data) == 40
    assert data.tracks.track_ids.tolist() == list(verdicts)
    assert [data.genres[index] for index in data.truth] == list(verdicts.values())
    assert data.tracks.titles.to_pylist() == original.titles.to_pylist()[:40]
    assert data.tracks.tags.to_pylist() == original.tags.to_pylist()[:40]
    np.testing.assert_array_equal(data.tracks.numbers, original.numbers[:40])


async def test_tracks_of_several_feature_specs_are_read_together(
    api: GraphQLClient, sample: bytes, exports: PostgresExports, engine: AsyncEngine, tmp_path: Path
) -> None:
    await api.classify(sample)
    original = read_all_tracks(io.BytesIO(sample)).tracks
    later = ("danceability", *reversed(NUMBER_COLUMNS))
    earlier = tuple(name for name in NUMBER_COLUMNS if name not in ("tempo", "vect_7"))
    await store_under(engine, original, 2, later)
    await store_under(engine, original, 3, earlier)
    for track_id in (1, 2, 3, 4):
        await correct(api, track_id)
    skipped: Skipped = {}

    count, features, _ = await training_files(exports, tmp_path, skipped)

    written = read_all_tracks(io.BytesIO(features.read_bytes())).tracks
    assert skipped == {3: ["tempo", "vect_7"]}
    assert count == 3
    assert written.track_ids.tolist() == [1, 2, 4]
    np.testing.assert_array_equal(written.numbers, original.numbers[[0, 1, 3]])


async def test_a_damaged_row_of_features_is_skipped_and_named(
    api: GraphQLClient, sample: bytes, exports: PostgresExports, engine: AsyncEngine, tmp_path: Path
) -> None:
    await api.classify(sample)
    for track_id in (1, 2):
        await correct(api, track_id)
    shorten = text("UPDATE track_features SET numbers = substr(numbers, 1, 9) WHERE track_id = 1")
    async with engine.begin() as connection:
        await connection.execute(shorten)
    skipped: Skipped = {}

    count, _, _ = await training_files(exports, tmp_path, skipped)

    assert count == 1
    assert skipped == {1: list(NUMBER_COLUMNS)}


async def test_features_follow_the_newest_classification(
    api: GraphQLClient, sample_rows: Rows, exports: PostgresExports, tmp_path: Path
) -> None:
    await api.classify(write_csv(sample_rows[:2], {(2, "tempo"): "90"}))
    await api.classify(write_csv(sample_rows[:2], {(2, "tempo"): "91.5"}))
    await correct(api, 1)

    _, features, _ = await training_files(exports, tmp_path)

    (row,) = csv.DictReader(io.StringIO(features.read_text(encoding="utf-8"), newline=""))
    assert row["tempo"] == "91.5"


async def test_features_are_kept_only_if_the_setting_says_so(
    settings: Settings,
    api: GraphQLClient,
    sample_rows: Rows,
    exports: PostgresExports,
    tmp_path: Path,
) -> None:
    await api.classify(write_csv(sample_rows[:3]))
    frugal = settings.model_copy(update={"store_features": False, "worker": False})
    async with (
        LifespanManager(create_app(frugal)) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app), base_url="http://genre.test"
        ) as http,
    ):
        other = GraphQLClient(http, client_id="test", client_secret="test")
        await other.classify(write_csv(sample_rows[1:3], {(2, "tempo"): "91.5"}))
    for track_id in (1, 2, 3):
        await correct(api, track_id)

    count, features, _ = await training_files(exports, tmp_path)

    # Those of the first classification would be wrong for tracks that were classified anew.
    (row,) = csv.DictReader(io.StringIO(features.read_text(encoding="utf-8"), newline=""))
    assert (count, row["trackID"]) == (1, "1")
