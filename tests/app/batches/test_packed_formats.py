"""Upload workbooks and Parquet files: the same tracks and rejects as from CSV, within limits."""

import gzip
import random
from functools import partial
from typing import Any

import pytest
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.packed_files import to_parquet, to_xlsx, with_part

pytestmark = pytest.mark.asyncio
COUNTS = ("status", "rowsReceived", "rowsRejected", "rowsStored", "genres")
DETECTED = """query ($id: ID!) { batch(id: $id) {
  bytesRead bytesTotal
  detected { format charset delimiter compression columns { column header } }
} }"""
STORED = "{ genres { name } batches { totalCount } }"
NOTHING_STORED = {"genres": [], "batches": {"totalCount": 0}}
SHEET = "xl/worksheets/sheet1.xml"
BOMB = b" " * 40_000_000
COMMENT = b"<!--" + random.Random(3).randbytes(3_000_000).hex().encode() + b"-->"


def places(batch: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return where the rejects are and why; a message may show the same number as 99 or "99"."""
    keys = ("line", "trackId", "column", "code")
    return [tuple(reject[key] for key in keys) for reject in batch["rejects"]["nodes"]]


@pytest.mark.parametrize(
    ("save", "format_name", "compression"),
    [
        pytest.param(to_xlsx, "XLSX", None, id="xlsx"),
        pytest.param(partial(to_xlsx, inline=True), "XLSX", None, id="xlsx-inline-strings"),
        pytest.param(partial(to_xlsx, sheets_before=2), "XLSX", None, id="xlsx-third-sheet"),
        pytest.param(lambda c: gzip.compress(to_xlsx(c)), "XLSX", "gzip", id="xlsx-gz"),
        pytest.param(to_parquet, "PARQUET", None, id="parquet"),
        pytest.param(partial(to_parquet, row_group_size=7), "PARQUET", None, id="small-groups"),
        pytest.param(
            partial(to_parquet, compression="zstd", use_dictionary=["title", "tags", "tempo"]),
            "PARQUET",
            None,
            id="parquet-dictionary",
        ),
    ],
)
@pytest.mark.parametrize("background", [False, True], ids=["wait", "background"])
async def test_stores_what_csv_would(
    api: GraphQLClient,
    sample_rows: list[dict[str, str]],
    save: partial[bytes],
    format_name: str,
    compression: str | None,
    background: bool,
) -> None:
    cells = {(7, "tempo"): "fast", (9, "key"): "99", (11, "title"): "", (12, "trackID"): "3"}
    content = write_csv(sample_rows, cells)
    plain = await api.classify(content)

    saved = save(content)
    batch = await (api.classify_in_background if background else api.classify)(saved)

    assert {key: batch[key] for key in COUNTS} == {key: plain[key] for key in COUNTS}
    assert places(batch) == places(plain)
    assert [place[0] for place in places(batch)] == [7, 9, 11, 12]
    found = (await api.data(DETECTED, id=batch["id"]))["batch"]
    assert (found["bytesRead"], found["bytesTotal"]) == (len(saved), len(saved))
    columns = found["detected"].pop("columns")
    assert found["detected"] == {
        "format": format_name,
        "charset": None,
        "delimiter": None,
        "compression": compression,
    }
    assert len(columns) == 157


@pytest.mark.parametrize(
    ("save", "name"), [(to_xlsx, "tracks.xlsx"), (to_parquet, "tracks.parquet")]
)
async def test_names_missing_columns(
    api: GraphQLClient, sample_rows: list[dict[str, str]], save: partial[bytes], name: str
) -> None:
    rows = [{key: cell for key, cell in row.items() if key != "tempo"} for row in sample_rows]

    body = await api.upload(save(write_csv(rows)), name)

    (error,) = body["errors"]
    assert error["message"] == "Required columns are missing: tempo."
    assert error["extensions"]["missingColumns"] == ["tempo"]
    assert await api.data(STORED) == NOTHING_STORED


@pytest.mark.parametrize(
    ("damage", "code", "words"),
    [
        pytest.param(lambda x, p: x[: len(x) // 2], "INVALID_CSV", "cut off", id="xlsx-half"),
        pytest.param(lambda x, p: p[: len(p) // 2], "INVALID_CSV", "Parquet", id="parquet-half"),
        pytest.param(
            lambda x, p: with_part(
                x, SHEET, lambda sheet: sheet.replace(b"<worksheet", b"<!DOCTYPE w []><worksheet")
            ),
            "INVALID_CSV",
            "document type",
            id="doctype",
        ),
        pytest.param(
            lambda x, p: with_part(x, "xl/workbook.xml", lambda _: b"<x/>"),
            "INVALID_CSV",
            "no sheet",
            id="no-sheet",
        ),
        pytest.param(
            lambda x, p: with_part(x, "_rels/.rels", lambda _: b"<x/>"),
            "UNSUPPORTED_FILE_TYPE",
            "Send CSV, XLSX or Parquet.",
            id="other-zip",
        ),
        pytest.param(
            lambda x, p: with_part(x, SHEET, lambda sheet: sheet.replace(b"<sheetData>", COMMENT)),
            "INVALID_CSV",
            "no end",
            id="endless-comment",
        ),
    ],
)
async def test_refuses_damaged_files_with_one_error(
    api: GraphQLClient, sample: bytes, damage: partial[bytes], code: str, words: str
) -> None:
    body = await api.upload(damage(to_xlsx(sample), to_parquet(sample)), "tracks.xlsx")

    (error,) = body["errors"]
    assert error["extensions"]["code"] == code
    assert words in error["message"]
    assert await api.data(STORED) == NOTHING_STORED


async def test_fails_where_the_xml_of_a_sheet_breaks_off(api: GraphQLClient, sample: bytes) -> None:
    batch = await api.classify(with_part(to_xlsx(sample), SHEET, lambda sheet: sheet[:-30]))

    assert batch["status"] == "FAILED"
    assert batch["error"]["code"] == "INVALID_CSV"
    assert "damaged" in batch["error"]["message"]


async def test_fails_where_far_more_comes_out_of_a_workbook_than_went_in(
    api: GraphQLClient, sample: bytes
) -> None:
    bomb = with_part(
        to_xlsx(sample), SHEET, lambda s: s.replace(b"</sheetData>", BOMB + b"</sheetData>")
    )

    batch = await api.classify(bomb, "tracks.xlsx")

    assert batch["status"] == "FAILED"
    assert batch["error"]["code"] == "UPLOAD_TOO_LARGE"


async def test_fails_where_far_more_comes_out_of_parquet_than_went_in(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    rows = [{**sample_rows[0], "trackID": str(number)} for number in range(6_000)]

    batch = await api.classify(to_parquet(write_csv(rows)), "tracks.parquet")

    assert batch["status"] == "FAILED"
    assert batch["error"]["code"] == "UPLOAD_TOO_LARGE"
    assert batch["rowsStored"] > 0


@pytest.mark.parametrize("save", [to_xlsx, to_parquet], ids=["xlsx", "parquet"])
async def test_answers_mutated_files_with_a_clear_code(
    api: GraphQLClient, sample_rows: list[dict[str, str]], save: partial[bytes]
) -> None:
    content, chance = save(write_csv(sample_rows[:3])), random.Random(5)
    for _ in range(6):
        data = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(4, len(data))] = chance.randrange(256)

        body = await api.upload(bytes(data), "tracks.bin.gz".removesuffix(".bin.gz"))

        codes = {error["extensions"]["code"] for error in body.get("errors", [])}
        assert codes <= {"INVALID_CSV", "EMPTY_CSV", "UNSUPPORTED_FILE_TYPE", "UPLOAD_TOO_LARGE"}
