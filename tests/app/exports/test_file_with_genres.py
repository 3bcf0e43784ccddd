"""A batch's own file comes back with genres: every row, every column, in their order."""

import csv
import gzip
import io
import json
import re
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from support.corrected_tracks import correct
from support.csv_files import write_csv
from support.downloads import FILE_LINK, file_with_genres
from support.graphql_client import GraphQLClient

from app.exports.annotations import ADDED, NOT_STORED

pytestmark = pytest.mark.asyncio
Rows = list[dict[str, str]]
TRACK = """query ($id: ID!) {
  track(trackId: $id) { genre confidence probabilities { genre probability } }
}"""


def rows_of(content: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def originals(rows: Rows) -> Rows:
    return [{name: row[name] for name in row if name not in ADDED.names} for row in rows]


async def test_has_all_rows_and_columns_and_what_the_api_says(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    sent = [{"note": f"n{n}", **row, "label": "x, y"} for n, row in enumerate(sample_rows)]
    sent.reverse()
    batch = await api.classify(write_csv(sent))
    corrected = await correct(api, 17)

    rows = rows_of(await file_with_genres(api, batch["id"]))

    assert list(rows[0]) == [*sent[0], *ADDED.names]
    assert originals(rows) == sent
    for row in rows:
        track = (await api.data(TRACK, id=row["trackID"]))["track"]
        top = [(row[f"genre_{rank}"], float(row[f"probability_{rank}"])) for rank in (1, 2, 3)]
        assert row["genre"] == track["genre"]
        assert [name for name, _ in top] == [p["genre"] for p in track["probabilities"][:3]]
        assert [share for _, share in top] == pytest.approx(
            [p["probability"] for p in track["probabilities"][:3]], abs=2e-6
        )
        assert row["reject_reason"] == ""
    (mine,) = [row for row in rows if row["trackID"] == "17"]
    assert (mine["genre"], mine["confidence"]) == (corrected, "")


async def test_rejected_rows_have_a_reason_and_no_genre(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    sent = write_csv(sample_rows, {(3, "tempo"): "fast", (7, "key"): "12"})
    batch = await api.classify(sent + sent.splitlines(keepends=True)[1])

    rows = rows_of(await file_with_genres(api, batch["id"]))

    reasons = {n + 2: row["reject_reason"] for n, row in enumerate(rows) if row["reject_reason"]}
    nodes = batch["rejects"]["nodes"]
    assert reasons == {
        node["line"]: f"{node['column']}: {node['message']}" if node["column"] else node["message"]
        for node in nodes
    }
    assert set(reasons) == {3, 7, 62}
    assert all(row["genre"] == "" for row in rows if row["reject_reason"])
    assert rows[1]["tempo"] == "fast"
    assert len(rows) == 61


async def test_ragged_rows_keep_their_cells_and_shift_nothing(
    api: GraphQLClient, sample: bytes
) -> None:
    header, first, second, *rest = sample.splitlines(keepends=True)
    short, long = b"1,two\n", second.rstrip(b"\r\n") + b',more,"and, more"\n'

    batch = await api.classify(b"".join([header, first, short, long, *rest]))
    rows = rows_of(await file_with_genres(api, batch["id"]))

    assert all(len(row) == len(rows[0]) and None not in row for row in rows)
    assert [row["reject_reason"] != "" for row in rows[:4]] == [False, True, True, False]
    assert rows[1]["trackID"] == "1"
    assert list(rows[2].values())[len(header.split(b",")) - 1].endswith(",more,and, more")


async def test_a_track_that_moved_to_another_batch_has_its_present_genre(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    first = await api.classify(write_csv(sample_rows))
    second = await api.classify(write_csv(sample_rows[:30]))
    genre = await correct(api, 5)

    rows = rows_of(await file_with_genres(api, first["id"]))
    await api.data("mutation ($id: ID!) { deleteBatch(id: $id) { id } }", id=second["id"])

    assert len(rows) == 60
    assert all(row["genre"] for row in rows)
    assert rows[4]["genre"] == genre


@pytest.mark.parametrize(
    ("cell", "is_formula"),
    [
        pytest.param("=1+1", True, id="formula"),
        pytest.param("-2+3+cmd|' /C calc'!A0", True, id="sum"),
        pytest.param("@SUM(1)", True, id="at"),
        pytest.param("\n=1", True, id="newline"),
        pytest.param(" =1", True, id="space"),
        pytest.param("\u002b\uff0b", True, id="plus"),
        pytest.param("\uff1d1", True, id="full-width"),
        pytest.param('"', False, id="quote"),
        pytest.param("a=b", False, id="inside"),
        pytest.param("-5.25", False, id="number"),
        pytest.param("-1e-7", False, id="exponent"),
        pytest.param("Bj\u00f6rk, \u201cx\u201d", False, id="text"),
        pytest.param("line\nbreak", False, id="break"),
    ],
)
async def test_formulas_are_defused_and_everything_else_is_as_sent(
    api: GraphQLClient, sample_rows: Rows, cell: str, is_formula: bool
) -> None:
    sent = [{"first": cell, **row, "last": cell} for row in sample_rows[:3]]
    batch = await api.classify(write_csv(sent))

    rows = rows_of(await file_with_genres(api, batch["id"]))

    expected = f"'{cell}" if is_formula else cell
    assert [(row["first"], row["last"]) for row in rows] == [(expected, expected)] * 3
    rest = [{k: v for k, v in row.items() if k not in ("first", "last")} for row in sent]
    assert [{k: row[k] for k in rest[0]} for row in rows] == rest


async def test_line_ends_marks_and_quotes_stay(api: GraphQLClient, sample_rows: Rows) -> None:
    sent = b"\xef\xbb\xbf" + write_csv(sample_rows[:2]).replace(b"\r\n", b"\n").replace(
        b"\n", b"\r\n"
    )
    batch = await api.classify(sent)

    content = await file_with_genres(api, batch["id"])

    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 3
    for line, original in zip(content.splitlines(), sent.splitlines(), strict=True):
        assert line.startswith(original)


async def test_a_file_with_the_added_columns_already_keeps_its_own(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    batch = await api.classify(write_csv([{**row, "Genre": "mine"} for row in sample_rows[:3]]))

    rows = rows_of(await file_with_genres(api, batch["id"]))

    assert {row["Genre"] for row in rows} == {"mine"}
    assert all(row["genre_classified"] for row in rows)


async def test_a_compressed_file_comes_back_uncompressed(api: GraphQLClient, sample: bytes) -> None:
    body = await api.upload(gzip.compress(sample), name="tracks.csv.gz")
    batch = body["data"]["classifyBatch"]

    link = (await api.data(FILE_LINK, batchId=batch["id"]))["fileWithGenresLink"]
    rows = rows_of(await file_with_genres(api, batch["id"]))

    assert link["fileName"] == "tracks with genres.csv"
    assert originals(rows) == rows_of(sample)


async def test_other_formats_have_the_same_rows(api: GraphQLClient, sample_rows: Rows) -> None:
    batch = await api.classify(write_csv(sample_rows, {(3, "tempo"): "fast"}))
    expected = rows_of(await file_with_genres(api, batch["id"]))

    lines = (await file_with_genres(api, batch["id"], "JSONL")).splitlines()
    objects: list[dict[str, Any]] = [json.loads(line) for line in lines]
    content = await file_with_genres(api, batch["id"], "PARQUET")
    table = parquet.read_table(pa.BufferReader(content)).to_pylist()
    workbook = await file_with_genres(api, batch["id"], "XLSX")

    for rows in (objects, table):
        assert originals(rows) == originals(expected)
        assert [row["genre"] or "" for row in rows] == [row["genre"] for row in expected]
    assert workbook.startswith(b"PK")


async def test_a_row_whose_track_was_deleted_says_so(api: GraphQLClient, sample_rows: Rows) -> None:
    first = await api.classify(write_csv(sample_rows[:3]))
    second = await api.classify(write_csv(sample_rows[:1]))
    await api.data("mutation ($id: ID!) { deleteBatch(id: $id) { id } }", id=second["id"])

    rows = rows_of(await file_with_genres(api, first["id"]))

    stored = (await api.data(TRACK, id="1"))["track"]
    assert rows[0]["reject_reason"] == ("" if stored else NOT_STORED)
    assert all(row["genre"] for row in rows[1:])


@pytest.mark.parametrize(
    ("delimiter", "charset"),
    [
        pytest.param(";", "utf-8", id="semicolons"),
        pytest.param("\t", "utf-8", id="tabs"),
        pytest.param(";", "cp1252", id="windows"),
        pytest.param(",", "utf-16", id="utf-16"),
    ],
)
async def test_delimiter_and_charset_are_those_of_the_file(
    api: GraphQLClient, sample_rows: Rows, delimiter: str, charset: str
) -> None:
    sent = [
        {**row, "note": "Größe; a, b\tc", "title": f"café {n}, -x"}
        for n, row in enumerate(sample_rows)
    ]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(sent[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(sent)
    batch = await api.classify(text.getvalue().encode(charset))

    content = (await file_with_genres(api, batch["id"])).decode(charset)

    rows = list(csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter))
    assert originals(rows) == sent
    assert all(row["genre"] for row in rows)


async def test_numbers_have_the_decimal_mark_of_the_file(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(sample_rows[0]), delimiter=";")
    writer.writeheader()
    words = ("title", "tags")
    writer.writerows(
        {name: cell if name in words else cell.replace(".", ",") for name, cell in row.items()}
        for row in sample_rows
    )
    batch = await api.classify(text.getvalue().encode())

    content = (await file_with_genres(api, batch["id"])).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(content, newline=""), delimiter=";"))
    numbers = [row[name] for row in rows for name in ("confidence", "probability_3")]
    assert all(re.fullmatch(r"[01],\d{6}", number) for number in numbers)
