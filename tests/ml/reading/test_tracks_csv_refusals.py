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
        pytest.param(b"PK\x03\x04\x14\0", "a ZIP archive or an Excel workbook", id="zip"),
        pytest.param(b"%PDF-1.7\n", "a PDF document", id="pdf"),
        pytest.param(b"\x1f\x8b\x08\0", "gzip-compressed", id="gzip"),
        pytest.param(b"PAR1\x15\x04", "a Parquet file", id="parquet"),
        pytest.param(b"ID3\x04\0\0", "an MP3 recording", id="mp3"),
        pytest.param(tracks_csv(row()).decode().encode("utf-16"), "UTF-16 text", id="utf-16"),
        pytest.param(tracks_csv(row()).decode().encode("utf-16-le"), "binary", id="utf-16-no-bom"),
        pytest.param(b"trackID\0,title\n", "binary", id="nul-in-header"),
    ],
)
def test_refuses_another_kind_of_file(data: bytes, kind: str) -> None:
    with pytest.raises(UnsupportedFileTypeError) as caught:
        chunks_of(data)

    assert caught.value.code == "UNSUPPORTED_FILE_TYPE"
    assert str(caught.value) == f"The file is {kind}; it must be CSV text in UTF-8."


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
            tracks_csv(row()).replace(b",", b";"),
            1,
            "The columns seem to be separated by semicolons; use commas.",
            id="semicolons",
        ),
        pytest.param(
            tracks_csv(row()).replace(b",", b"\t"),
            1,
            "The columns seem to be separated by tabs; use commas.",
            id="tabs",
        ),
        pytest.param(
            b"\r\n" + HEADER_LINE + b",Titre \xe9t\xe9\n" + csv_line(row()),
            2,
            "The header is not UTF-8 text.",
            id="not-utf-8",
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
            "Required columns are missing: trackID.",
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
        pytest.param(b'"' + b"\n" * 3_000_000, 1, "are missing", id="quote-and-blank-lines"),
    ],
)
def test_refuses_header(data: bytes, line: int, message: str) -> None:
    with pytest.raises(CsvError, match=message) as caught:
        chunks_of(data)

    assert caught.value.code == "INVALID_CSV"
    assert caught.value.line == line
