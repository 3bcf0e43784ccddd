"""The formats of downloads, and which tracks they contain."""

import csv
import io
import json
import zipfile
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.corrected_tracks import correct
from support.csv_files import write_csv
from support.downloads import LINK, ask_link, download, follow
from support.graphql_client import GraphQLClient

from app.exports.xlsx import MAX_ROWS

pytestmark = pytest.mark.asyncio
Rows = list[dict[str, Any]]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows_of_csv(content: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def rows_of_xlsx(content: bytes) -> list[list[str]]:
    """Read the inline strings and numbers of the first sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{MAIN}row")]


async def ids(api: GraphQLClient, **wanted: Any) -> set[str]:
    return {row["trackID"] for row in rows_of_csv(await download(api, "CSV", **wanted))}


async def listed(api: GraphQLClient, arguments: str) -> set[str]:
    query = f"{{ tracks({arguments}, first: 100) {{ nodes {{ trackId }} }} }}"
    return {node["trackId"] for node in (await api.data(query))["tracks"]["nodes"]}


async def test_all_formats_have_the_same_rows(api: GraphQLClient, sample: bytes) -> None:
    await api.classify(sample)
    await correct(api, 17)

    rows = rows_of_csv(await download(api, "CSV"))
    objects = [json.loads(line) for line in (await download(api, "JSONL")).splitlines()]
    table = parquet.read_table(pa.BufferReader(await download(api, "PARQUET")))
    header, *cells = rows_of_xlsx(await download(api, "XLSX"))

    assert len(rows) == 60
    assert list(rows[0]) == list(objects[0]) == table.column_names == header
    for name in ("trackID", "title", "genre", "correctedGenre", "confidence"):
        expected = [row[name] for row in rows]
        assert ["" if item[name] is None else str(item[name]) for item in objects] == expected
    for name in ("trackID", "title", "genre", "predictedGenre"):
        expected = [row[name] for row in rows]
        assert [str(value) for value in table[name].to_pylist()] == expected
        assert [row[header.index(name)] for row in cells] == expected


@pytest.mark.parametrize("format", ["CSV", "JSONL", "PARQUET", "XLSX"])
async def test_a_file_without_tracks_is_whole(api: GraphQLClient, format: str) -> None:
    content = await download(api, format, search="nothing", corrected=True)

    if format == "CSV":
        assert rows_of_csv(content) == []
        assert content.startswith(b'"trackID"')
    elif format == "JSONL":
        assert content == b""
    elif format == "PARQUET":
        assert parquet.read_table(pa.BufferReader(content)).num_rows == 0
    else:
        assert len(rows_of_xlsx(content)) == 1


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        pytest.param("corrected: true", {"corrected": True}, id="corrected"),
        pytest.param("corrected: false", {"corrected": False}, id="uncorrected"),
        pytest.param("uncertain: true", {"uncertain": True}, id="uncertain"),
        pytest.param("minConfidence: 0.5", {"minConfidence": 0.5}, id="sure"),
        pytest.param("maxConfidence: 0.5", {"maxConfidence": 0.5}, id="unsure"),
        pytest.param('search: "the"', {"search": "the"}, id="search"),
        pytest.param('search: "..."', {"search": "..."}, id="no-word"),
    ],
)
async def test_the_conditions_are_those_of_tracks(
    api: GraphQLClient, sample: bytes, arguments: str, wanted: dict[str, Any]
) -> None:
    await api.classify(sample)
    await correct(api, 5)

    assert await ids(api, **wanted) == await listed(api, arguments)


async def test_a_batch_and_a_genre_narrow_the_file(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    first = await api.classify(write_csv(sample_rows[:40]))
    second = await api.classify(write_csv(sample_rows[30:]))
    genre = second["genres"][0]["name"]

    assert await ids(api, batchId=first["id"]) == {str(n) for n in range(1, 31)}
    assert await ids(api, batchId=second["id"]) == {str(n) for n in range(31, 61)}
    arguments = f'batchId: "{second["id"]}", genre: "{genre}"'
    assert await ids(api, batchId=second["id"], genre=genre) == await listed(api, arguments)


@pytest.mark.parametrize("title", ["=1+1", "\n=1+1", "＝1", "＋1", "－1", "＠a", " =1"])
async def test_a_spreadsheet_does_not_run_a_title(
    api: GraphQLClient, sample_rows: list[dict[str, str]], title: str
) -> None:
    await api.classify(write_csv(sample_rows[:1], {(2, "title"): title}))

    (row,) = rows_of_csv(await download(api, "CSV"))
    _, cells = rows_of_xlsx(await download(api, "XLSX"))
    with zipfile.ZipFile(io.BytesIO(await download(api, "XLSX"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")

    stored = (await api.data('{ track(trackId: "1") { title } }'))["track"]["title"]
    assert row["title"] == f"'{stored}"
    assert cells[1] == stored  # a cell of text, not a formula
    assert b"<f>" not in sheet


async def test_more_rows_than_a_sheet_has_are_refused_before_the_download(
    api: GraphQLClient, engine: AsyncEngine
) -> None:
    link = await ask_link(api, "XLSX")
    async with engine.begin() as connection:
        count = "INSERT INTO genre_counts (genre, shard, track_count) VALUES ('folk', 0, :count)"
        await connection.execute(text(count), {"count": MAX_ROWS + 1})
    try:
        error = await api.error(LINK, format="XLSX")
        assert "url" in await ask_link(api, "CSV")
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("DELETE FROM genre_counts WHERE genre = 'folk'"))

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "1,048,575" in error["message"]
    assert (await follow(api, link)).status_code == 200
