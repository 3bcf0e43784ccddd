"""Read a CSV file of tracks, chunk by chunk, into typed columns and rejected rows.

Used by training and by the API, so a column is interpreted in one place.
Knows nothing of HTTP, GraphQL or Postgres.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from ml.columns import REQUIRED_COLUMNS
from ml.csv_block import BlockParser
from ml.csv_records import MAX_RECORD_BYTES, Readable, read_record_blocks, split_fields
from ml.errors import CsvError, EmptyCsvError, UnsupportedFileTypeError
from ml.track import TrackChunk, TrackTable

DEFAULT_CHUNK_BYTES = 8 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_OTHER_FILE_TYPES = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "gzip-compressed",
    b"\x28\xb5\x2f\xfd": "Zstandard-compressed",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"SQLite format": "an SQLite database",
    b"ID3": "an MP3 recording",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


def read_tracks(file: Readable, *, chunk_bytes: int = DEFAULT_CHUNK_BYTES) -> Iterator[TrackChunk]:
    """Yield the tracks of a CSV file in chunks; memory does not grow with the file.

    Columns may come in any order, others are ignored; UTF-8 with or without a byte order mark;
    lines end with LF or CRLF; quoted cells may hold line breaks; blank lines are skipped. A track
    id that stands twice in one chunk is rejected the second time; across chunks it is for the
    caller to find, who alone can remember a million ids.

    Parameters
    ----------
    file : binary file at its start
        Only `read(n)` is used.
    chunk_bytes : int
        About how many bytes of CSV make a chunk.

    Raises
    ------
    EmptyCsvError
        No bytes, or no row behind the header; raised before the first chunk.
    UnsupportedFileTypeError
        The first bytes are those of another kind of file.
    CsvError
        A required column is missing or stands twice, or the header cannot be read.
    """
    header, body, line = _read_header_bytes(file)
    parser = BlockParser(header)
    rest = _Rejoined(body, file)
    blocks = read_record_blocks(rest, block_bytes=chunk_bytes, fields=len(header), line=line)
    rows = 0
    for block in blocks:
        rows += len(block)
        yield parser.parse(block)
    if rows == 0:
        raise EmptyCsvError("The file has a header and no rows.")


def read_all_tracks(file: Readable) -> TrackChunk:
    """Read a whole file into one chunk, for files known to be small such as training data."""
    chunks = list(read_tracks(file))
    tables = [chunk.tracks for chunk in chunks]
    return TrackChunk(
        tracks=concat_tables(tables),
        rejects=[reject for chunk in chunks for reject in chunk.rejects],
        rows_read=sum(chunk.rows_read for chunk in chunks),
        bytes_read=chunks[-1].bytes_read,
    )


def concat_tables(tables: Sequence[TrackTable]) -> TrackTable:
    """Put tables of tracks behind one another; at least one is needed."""
    return TrackTable(
        lines=np.concatenate([table.lines for table in tables]),
        track_ids=np.concatenate([table.track_ids for table in tables]),
        titles=pa.concat_arrays([table.titles for table in tables]),
        tags=pa.concat_arrays([table.tags for table in tables]),
        numbers=np.concatenate([table.numbers for table in tables]),
    )


class _Rejoined:
    """What was read too far while looking for the header, then the file itself."""

    def __init__(self, body: bytes, file: Readable) -> None:
        self._body = body
        self._file = file

    def read(self, size: int) -> bytes:
        body, self._body = self._body, b""
        return body or self._file.read(size)


def _read_header_bytes(file: Readable) -> tuple[list[str], bytes, int]:
    """Return the column names, the bytes behind the header that were read, and their line."""
    start = _read_up_to(file, MAX_RECORD_BYTES)
    if not start.strip():
        raise EmptyCsvError("The file is empty.")
    _refuse_other_types(start)
    body = start.removeprefix(_BOM)
    line = 1
    while body.startswith((b"\n", b"\r\n")):
        body, line = body.split(b"\n", 1)[1], line + 1
    header, newline, rest = _first_record(body)
    names = [_decode_name(name, line).strip() for name in split_fields(header)]
    _check_names(names, line, header)
    return names, rest, line + header.count(b"\n") + len(newline)


def _read_up_to(file: Readable, size: int) -> bytes:
    parts, missing = [], size
    while missing > 0 and (part := file.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _first_record(body: bytes) -> tuple[bytes, bytes, bytes]:
    position = 0
    while (end := body.find(b"\n", position)) >= 0:
        if body.count(b'"', 0, end) % 2 == 0:
            return body[:end].rstrip(b"\r"), b"\n", body[end + 1 :]
        position = end + 1
    if body.count(b"\r") and b"\n" not in body:
        raise CsvError("Lines end with CR alone; LF or CRLF is needed.", line=1)
    return body, b"", b""


def _refuse_other_types(start: bytes) -> None:
    for magic, kind in _OTHER_FILE_TYPES.items():
        if start.startswith(magic):
            raise UnsupportedFileTypeError(f"The file is {kind}; CSV text in UTF-8 is needed.")
    if b"\0" in start[:1024]:
        raise UnsupportedFileTypeError("The file is binary; CSV text in UTF-8 is needed.")


def _decode_name(name: bytes, line: int) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise CsvError("The header is not UTF-8 text.", line=line) from None


def _check_names(names: list[str], line: int, header: bytes) -> None:
    missing = [column for column in REQUIRED_COLUMNS if column not in names]
    if missing:
        message = f"Required columns are missing: {', '.join(missing)}.{_delimiter_hint(header)}"
        raise CsvError(message, line=line, missing_columns=missing)
    twice = sorted({name for name in names if name in REQUIRED_COLUMNS and names.count(name) > 1})
    if twice:
        raise CsvError(f"Columns stand twice in the header: {', '.join(twice)}.", line=line)


def _delimiter_hint(header: bytes) -> str:
    for delimiter, name in ((b";", "semicolons"), (b"\t", "tabs"), (b"|", "bars")):
        if header.count(delimiter) > header.count(b","):
            return f" The header seems to be separated by {name}; commas are needed."
    return ""
