"""A workbook or Parquet file comes back with genres, row by row, in its own format or as CSV."""

import csv
import gzip
import io
from collections.abc import Callable

import pyarrow as pa
import pytest
from pyarrow import parquet
from support.csv_files import write_csv
from support.downloads import file_with_genres
from support.graphql_client import GraphQLClient
from support.packed_files import to_parquet, to_xlsx, with_part

from app.exports.annotations import ADDED
from ml.reading.compression import ContentLimits
from ml.reading.xlsx.package import Package
from ml.reading.xlsx.shared_strings import SharedStrings
from ml.reading.xlsx.sheet_rows import read_rows
from ml.reading.xlsx.workbook import read_workbook

pytestmark = pytest.mark.asyncio
SHEET = "xl/worksheets/sheet1.xml"
ALLOW_MISSING = """mutation ($csvFile: Upload!) {
  classifyBatch(csvFile: $csvFile, allowMissing: true) { id rowsStored }
}"""
Rows = list[dict[str, str]]
WRONG = {(3, "tempo"): "fast", (7, "key"): "12", (8, "trackID"): "3"}
NOTES = {"note": "Größe; a, b\tc", "last": "=1+1"}


def csv_rows(content: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def sheet_rows(workbook: bytes) -> list[dict[str, tuple[str, bool]]]:
    """Return the cells of the first sheet, and whether each is text."""
    package = Package(io.BytesIO(workbook), ContentLimits())
    book = read_workbook(package)
    with SharedStrings(package, book.shared_strings) as strings:
        header, *rows = read_rows(package.open(book.sheets[0]), strings)
    return [
        {name: (row.cells.get(at, ""), at in row.texts) for at, name in header.cells.items()}
        for row in rows
    ]


def sent_rows(rows: Rows) -> Rows:
    return [{"no": str(number), **row, **NOTES} for number, row in enumerate(rows)]


def is_same(found: str, sent: str) -> bool:
    """Tell whether two cells have the same text or the same number."""
    if found in (sent, f"'{sent}"):
        return True
    try:
        return float(found) == pytest.approx(float(sent), rel=1e-14)
    except ValueError:
        return False


def check_cells(found: Rows, sent: Rows, plain: Rows) -> None:
    """Compare with what was sent, and with the added cells of the same rows as CSV."""
    assert [list(row) for row in found] == [list(row) for row in plain]
    assert len(found) == len(sent)
    for row, original, expected in zip(found, sent, plain, strict=True):
        wrong = [name for name in original if not is_same(row[name], original[name])]
        assert wrong == []
        assert row["genre"] == expected["genre"]
        assert bool(row["reject_reason"]) == bool(expected["reject_reason"])
        assert [row[f"genre_{rank}"] for rank in (1, 2, 3)] == [
            expected[f"genre_{rank}"] for rank in (1, 2, 3)
        ]
        assert is_same(row["confidence"], expected["confidence"])


@pytest.mark.parametrize(
    "save",
    [
        pytest.param(to_xlsx, id="xlsx"),
        pytest.param(lambda c: to_xlsx(c, sheets_before=2), id="third-sheet"),
        pytest.param(lambda c: gzip.compress(to_xlsx(c)), id="xlsx-gz"),
        pytest.param(to_parquet, id="parquet"),
        pytest.param(lambda c: to_parquet(c, row_group_size=7), id="small-groups"),
        pytest.param(lambda c: gzip.compress(to_parquet(c)), id="parquet-gz"),
    ],
)
async def test_csv_has_all_rows_and_columns_with_genres(
    api: GraphQLClient, sample_rows: Rows, save: Callable[[bytes], bytes]
) -> None:
    content = write_csv(sent_rows(sample_rows), WRONG)
    plain = csv_rows(await file_with_genres(api, (await api.classify(content))["id"]))

    batch = await api.classify(save(content))
    rows = csv_rows(await file_with_genres(api, batch["id"]))

    check_cells(rows, csv_rows(content), plain)
    assert list(rows[0])[-len(ADDED) :] == ADDED.names
    assert [n + 2 for n, row in enumerate(rows) if row["reject_reason"]] == [3, 7, 8]
    assert {row["last"] for row in rows} == {"'=1+1"}


async def test_a_workbook_comes_back_as_workbook_with_numbers(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    content = write_csv(sent_rows(sample_rows), WRONG)
    plain = csv_rows(await file_with_genres(api, (await api.classify(content))["id"]))
    batch = await api.classify(to_xlsx(content))

    cells = sheet_rows(await file_with_genres(api, batch["id"], "XLSX"))

    rows = [{name: cell for name, (cell, _) in row.items()} for row in cells]
    check_cells(rows, csv_rows(content), plain)
    texts = {name for row in cells for name, (cell, is_text) in row.items() if cell and is_text}
    assert texts == {
        *("title", "tags", "tempo", "note", "last"),
        *(name for name in ADDED.names if "genre" in name),
        "reject_reason",
    }
    assert {row["last"] for row in cells} == {("=1+1", True)}


async def test_parquet_comes_back_as_parquet_with_its_types(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    table = parquet.read_table(pa.BufferReader(to_parquet(write_csv(sample_rows))))
    words = [text.split(",") for text in table["tags"].to_pylist()]
    index = table.schema.get_field_index("tags")
    table = table.set_column(index, "tags", pa.array(words, pa.list_(pa.string())))
    ranks = pa.array([None, *range(1, table.num_rows)], pa.int16())
    table = table.append_column("rank", ranks)
    table = table.append_column("place", pa.array([{"x": 1}] * table.num_rows))
    table = table.append_column("label", pa.array(["x"] * table.num_rows).dictionary_encode())
    stream = io.BytesIO()
    parquet.write_table(table, stream, row_group_size=13)
    batch = await api.classify(stream.getvalue())

    content = await file_with_genres(api, batch["id"], "PARQUET")
    rows = csv_rows(await file_with_genres(api, batch["id"]))

    found = parquet.read_table(pa.BufferReader(content))
    assert found.column_names == [*table.column_names, *ADDED.names]
    for name in table.column_names:
        assert found[name].to_pylist() == table[name].to_pylist()
    assert found.schema.field("rank").type == pa.int16()
    assert found.schema.field("tags").type.value_type == pa.string()
    assert [row["genre"] for row in rows] == found["genre"].to_pylist()
    assert all(row["genre"] for row in rows)
    assert [row["tags"] for row in rows] == [row["tags"] for row in sample_rows]
    assert [row["rank"] for row in rows] == ["", *map(str, range(1, table.num_rows))]
    assert {row["place"] for row in rows} == {"{'x': 1}"}


async def test_parquet_comes_back_as_workbook_with_numbers(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    content = write_csv(sample_rows[:5])
    batch = await api.classify(to_parquet(content))

    cells = sheet_rows(await file_with_genres(api, batch["id"], "XLSX"))

    for row, sent in zip(cells, sample_rows[:5], strict=True):
        assert all(is_same(row[name][0], sent[name]) for name in sent)
        assert not any(row[name][1] for name in ("trackID", "tempo", "vect_1", "confidence"))


async def test_cells_right_of_the_header_of_a_sheet_stay(
    api: GraphQLClient, sample_rows: Rows
) -> None:
    content = write_csv([{**row, "last": "x"} for row in sample_rows[:3]])
    extra = b'<c r="ZZ2" t="inlineStr"><is><t>far</t></is></c>'

    def extend(sheet: bytes) -> bytes:
        header, first, rest = sheet.split(b"</row>", 2)
        return b"</row>".join([header, first + extra, rest])

    batch = await api.classify(with_part(to_xlsx(content), SHEET, extend))

    rows = csv_rows(await file_with_genres(api, batch["id"]))

    assert rows[0]["last"].startswith("x,")
    assert rows[0]["last"].endswith(",far")
    assert [row["last"] for row in rows[1:]] == ["x", "x"]
    assert all(row["genre"] for row in rows)


async def test_rows_that_lack_words_have_their_genre(api: GraphQLClient, sample_rows: Rows) -> None:
    wordless = write_csv([{**row, "title": "", "tags": ""} for row in sample_rows])
    for content in (wordless, to_xlsx(wordless), to_parquet(wordless)):
        body = await api.upload(content, query=ALLOW_MISSING)
        batch = body["data"]["classifyBatch"]

        rows = csv_rows(await file_with_genres(api, batch["id"]))

        assert batch["rowsStored"] == len(rows) == len(sample_rows)
        assert all(row["genre"] for row in rows)
