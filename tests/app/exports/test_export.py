"""Export tracks: over HTTP, as files, and for training."""

import contextlib
import csv
import io
import os
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from pyarrow import parquet
from sqlalchemy.ext.asyncio import AsyncEngine
from support.corrected_tracks import TRACK, correct
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

from app.exports.files import whole_file, write_parquet
from app.exports.files import write_csv as write_tracks_csv
from db.engine import create_sessions
from db.tracks.exports import PostgresExports
from db.tracks.filters import TrackFilter

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
Rows = list[dict[str, str]]


@pytest.fixture
def exports(engine: AsyncEngine) -> PostgresExports:
    """Exports with chunks smaller than the sample."""
    return PostgresExports(create_sessions(engine), chunk_rows=7)


async def download(api: GraphQLClient, **parameters: str) -> httpx.Response:
    return await api.http.get("/export.csv", params=parameters, headers=api.headers)


async def rows_of(api: GraphQLClient, **parameters: str) -> Rows:
    response = await download(api, **parameters)
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


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


async def test_files_contain_the_same_tracks_as_the_download(
    api: GraphQLClient, sample: bytes, exports: PostgresExports, tmp_path: Path
) -> None:
    await api.classify(sample)
    await correct(api, 17)
    expected = (await download(api)).content

    with whole_file(tmp_path / "tracks.csv") as file:
        await write_tracks_csv(exports, TrackFilter(), file, raw=False)
    with whole_file(tmp_path / "tracks.parquet") as file:
        await write_parquet(exports, TrackFilter(), file)

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
