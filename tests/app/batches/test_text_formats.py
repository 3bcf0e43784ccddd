"""Upload text as other programs save it: other delimiters and charsets, told from the content."""

import csv
import gzip
import io

import pytest
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient

pytestmark = pytest.mark.asyncio
COUNTS = ("status", "rowsReceived", "rowsRejected", "rowsStored", "genres", "rejects")
NUMBERS_FROM = 3
DETECTED = """query ($id: ID!) { batch(id: $id) {
  detected { format charset delimiter compression columns { column header } }
} }"""


def saved_as(content: bytes, delimiter: str, charset: str, *, decimal_comma: bool = False) -> bytes:
    """Save a CSV file as another program would."""
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(rows[0])
    for row in rows[1:]:
        numbers = row[NUMBERS_FROM:]
        if decimal_comma:
            numbers = [cell.replace(".", ",") for cell in numbers]
        writer.writerow(row[:NUMBERS_FROM] + numbers)
    return text.getvalue().encode(charset, "replace")  # titles do not count


@pytest.mark.parametrize(
    ("delimiter", "charset", "decimal_comma", "shown"),
    [
        pytest.param(";", "utf-8", False, "UTF-8", id="semicolons"),
        pytest.param(";", "cp1252", True, "Windows-1252", id="german-excel"),
        pytest.param(",", "latin-1", False, "Windows-1252", id="latin-1"),
        pytest.param("\t", "utf-16", True, "UTF-16", id="excel-unicode-text"),
        pytest.param("\t", "utf-16-be", False, "UTF-16", id="utf-16-without-mark"),
        pytest.param("|", "utf-8-sig", False, "UTF-8", id="bars-and-mark"),
    ],
)
@pytest.mark.parametrize("background", [False, True], ids=["wait", "background"])
async def test_stores_what_regular_csv_would(
    api: GraphQLClient,
    sample_rows: list[dict[str, str]],
    delimiter: str,
    charset: str,
    decimal_comma: bool,
    shown: str,
    background: bool,
) -> None:
    cells = {(7, "tempo"): "fast", (5, "title"): '"Élan;, two\nlines|\tend"', (9, "key"): "99"}
    content = write_csv(sample_rows, cells)
    plain = await api.classify(content)

    saved = saved_as(content, delimiter, charset, decimal_comma=decimal_comma)
    batch = await (api.classify_in_background if background else api.classify)(saved)

    assert {key: batch[key] for key in COUNTS} == {key: plain[key] for key in COUNTS}
    assert [reject["line"] for reject in batch["rejects"]["nodes"]] == [8, 10]
    detected = (await api.data(DETECTED, id=batch["id"]))["batch"]["detected"]
    columns = detected.pop("columns")
    assert detected == {
        "format": "CSV",
        "charset": shown,
        "delimiter": delimiter,
        "compression": None,
    }
    assert columns[0] == {"column": "trackID", "header": "trackID"}


async def test_stores_titles_of_windows_1252_as_they_are(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    content = write_csv(sample_rows[:1], {(2, "title"): "Café “Zürich” – 5 €"})

    await api.classify(gzip.compress(content.decode().encode("cp1252")), "tracks.csv.gz")

    found = await api.data("{ tracks { nodes { title } } }")
    assert found["tracks"]["nodes"] == [{"title": "Café “Zürich” – 5 €"}]


async def test_refuses_an_unknown_charset_with_one_error(
    api: GraphQLClient, sample_rows: list[dict[str, str]]
) -> None:
    cells = {(line, "title"): "Чёрные глаза" for line in range(2, 20)}
    content = write_csv(sample_rows, cells).decode()

    body = await api.upload(content.encode("cp1251", "replace"))

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "UNSUPPORTED_FILE_TYPE"
    assert error["message"] == (
        "The text seems to be in Windows-1251 (Cyrillic). Save it in UTF-8."
    )


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(b"\x00\xd8a\x00", id="half-pair"),
        pytest.param(b"\x00\xd8", id="half-pair-at-the-end"),
        pytest.param(b"a", id="half-character-at-the-end"),
    ],
)
async def test_refuses_damaged_utf_16_with_one_error(
    api: GraphQLClient, sample: bytes, end: bytes
) -> None:
    body = await api.upload(sample.decode().encode("utf-16") + end)

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "INVALID_CSV"
    assert "UTF-16" in error["message"]


async def test_names_the_cause_before_the_columns(api: GraphQLClient) -> None:
    body = await api.upload(b"a;b;c;d\n1;2;3;4\n")

    (error,) = body["errors"]
    assert error["message"] == (
        "No header with our columns was found in line 1. Found: a, b, c …. "
        "Missing: trackID, title, tags and 154 more."
    )
    assert len(error["extensions"]["missingColumns"]) == 157


async def test_says_what_a_json_file_is_and_what_is_accepted(api: GraphQLClient) -> None:
    body = await api.upload(b'[{"trackID": 1}]')

    (error,) = body["errors"]
    assert error["extensions"]["code"] == "UNSUPPORTED_FILE_TYPE"
    assert error["message"] == "This looks like a JSON file. Send CSV, XLSX or Parquet."
