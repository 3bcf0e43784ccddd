"""Files that are refused as a whole, before any row is read."""

import pytest
from support.factories import csv_line, row, tracks_csv
from support.tracks_reading import chunks_of, read

from ml.columns import REQUIRED_COLUMNS
from ml.errors import CsvError, EmptyCsvError, UnsupportedFileTypeError
from ml.reading.records.fields import MAX_RECORD_BYTES

HEADER_LINE = ",".join(REQUIRED_COLUMNS).encode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="no-bytes"),
        pytest.param(b"\n\r\n \t\n", id="only-blank-lines"),
        pytest.param(b"\n" * 3_000_000, id="many-blank-lines"),
        pytest.param(tracks_csv(), id="header-only"),
        pytest.param(tracks_csv().rstrip(), id="header-without-newline"),
        pytest.param(tracks_csv() + b"\n\r\n\n", id="header-and-blank-lines"),
    ],
)
def test_refuses_a_file_without_rows(data: bytes) -> None:
    with pytest.raises(EmptyCsvError) as caught:
        chunks_of(data)

    assert caught.value.code == "EMPTY_CSV"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(b"PK\x03\x04\x14\0", "a ZIP archive", id="zip"),
        pytest.param(b"%PDF-1.7\n", "a PDF document", id="pdf"),
        pytest.param(b"\x1f\x8b\x08", "a file that was compressed twice, with gzip", id="gzip"),
        pytest.param(b"\xd0\xcf\x11\xe0", "an Excel workbook of the old format XLS", id="xls"),
        pytest.param(b'[{"trackID": 1}]', "a JSON file", id="json"),
        pytest.param(b"<!DOCTYPE html>", "an HTML page or an XML document", id="html"),
        pytest.param(b"ID3\x04\0\0", "an MP3 recording", id="mp3"),
        pytest.param(b"trackID\0,title\n", "a binary file", id="nul-in-header"),
    ],
)
def test_refuses_another_kind_of_file(data: bytes, kind: str) -> None:
    with pytest.raises(UnsupportedFileTypeError) as caught:
        chunks_of(data)

    assert caught.value.code == "UNSUPPORTED_FILE_TYPE"
    assert str(caught.value) == f"This looks like {kind}. Send CSV, XLSX or Parquet."


@pytest.mark.parametrize("first", ["ID3 tag", "PAR1", "%PDFs"])
def test_reads_a_first_column_named_like_a_file_type(first: str) -> None:
    chunk = read(tracks_csv(row(), columns=[first, *REQUIRED_COLUMNS]))

    assert chunk.tracks.track_ids.tolist() == [6880]


def test_names_every_missing_column() -> None:
    columns = [name for name in REQUIRED_COLUMNS if name not in ("title", "key", "vect_148")]

    with pytest.raises(CsvError) as caught:
        chunks_of(b"\n" + tracks_csv(row(), columns=columns))

    assert caught.value.code == "INVALID_CSV"
    assert caught.value.line == 2
    assert caught.value.missing_columns == ("title", "key", "vect_148")
    assert str(caught.value) == "Required columns are missing: title, key, vect_148."


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        pytest.param(
            tracks_csv(row(), columns=[*REQUIRED_COLUMNS, "key", "title", "key"]),
            1,
            "Columns appear more than once in the header: key, title.",
            id="required-column-twice",
        ),
        pytest.param(
            b"\r\n" + HEADER_LINE + ",Titre été ".encode() + b"\xe9\n" + csv_line(row()),
            2,
            "The header is not UTF-8 text.",
            id="damaged-utf-8",
        ),
        pytest.param(
            b"a,b,c,d\n1,2,3,4\n",
            1,
            "^No header with our columns was found in line 1. Found: a, b, c …. "
            "Missing: trackID, title, tags and 154 more.$",
            id="other-columns",
        ),
        pytest.param(
            HEADER_LINE + b"\r" + csv_line(row()) + b"\r",
            1,
            "Lines end with CR alone; use LF or CRLF.",
            id="bare-returns",
        ),
        pytest.param(
            b'"' + tracks_csv(row()),
            1,
            "No header with our columns was found in line 1. Found: trackID,title,",
            id="unclosed-quote",
        ),
        pytest.param(
            b"x" * 3 * MAX_RECORD_BYTES,
            1,
            "The first line is too long to be a header",
            id="endless-line",
        ),
        pytest.param(
            HEADER_LINE + b"," * 3 * MAX_RECORD_BYTES + b"\n",
            1,
            "The first line is too long to be a header",
            id="endless-header",
        ),
        pytest.param(b'"' + b"\n" * 3_000_000, 1, "Missing: trackID", id="quote-and-blank-lines"),
    ],
)
def test_refuses_header(data: bytes, line: int, message: str) -> None:
    with pytest.raises(CsvError, match=message) as caught:
        chunks_of(data)

    assert caught.value.code == "INVALID_CSV"
    assert caught.value.line == line
