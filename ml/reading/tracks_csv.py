"""Read a CSV file of tracks, chunk by chunk, into typed columns and rejected rows.

Used by training and by the API, so a column is interpreted in one place.
Knows nothing of HTTP, GraphQL or Postgres.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ml.columns import REQUIRED_COLUMNS
from ml.errors import CsvError, EmptyCsvError, UnsupportedFileTypeError
from ml.reading.csv_block import BlockParser
from ml.reading.csv_records import (
    MAX_RECORD_BYTES,
    Readable,
    Seekable,
    first_record,
    read_record_blocks,
    read_up_to,
    split_fields,
)
from ml.track import FilePosition, TrackChunk, TrackTable

DEFAULT_CHUNK_BYTES = 8 * 1024 * 1024
_BLANK_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r?\n)*+")
"""A byte order mark and blank lines."""
_OTHER_FILE_TYPES = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"%PDF-": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"PAR1\x15": "a Parquet file",
    b"\x1f\x8b": "gzip-compressed",
    b"\x28\xb5\x2f\xfd": "Zstandard-compressed",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"SQLite format": "an SQLite database",
    b"ID3\x02": "an MP3 recording",
    b"ID3\x03": "an MP3 recording",
    b"ID3\x04": "an MP3 recording",
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
    header = _read_header(file)
    rows = 0
    for chunk in _read_chunks(header, _Rejoined(header.behind, file), header.end, chunk_bytes):
        rows += chunk.rows_read
        yield chunk
    if rows == 0:
        raise EmptyCsvError("The file has a header and no rows.")


def resume_tracks(
    file: Seekable, start: FilePosition, *, chunk_bytes: int = DEFAULT_CHUNK_BYTES
) -> Iterator[TrackChunk]:
    """Yield what `read_tracks` would yield behind a chunk that ended at `start`.

    The file is at its beginning, for its header is needed, and can seek.
    """
    header = _read_header(file)
    file.seek(start.byte)
    yield from _read_chunks(header, file, start, chunk_bytes)


def _read_chunks(
    header: "_Header", rows: Readable, start: FilePosition, chunk_bytes: int
) -> Iterator[TrackChunk]:
    parser = BlockParser(header.names)
    for block in read_record_blocks(
        rows,
        block_bytes=chunk_bytes,
        fields=len(header.names),
        line=start.line,
        position=start.byte,
    ):
        yield parser.parse(block)


def read_all_tracks(file: Readable) -> TrackChunk:
    """Read a whole file into one chunk, for files known to be small such as training data."""
    chunks = list(read_tracks(file))
    tables = [chunk.tracks for chunk in chunks]
    return TrackChunk(
        tracks=concat_tables(tables),
        rejects=[reject for chunk in chunks for reject in chunk.rejects],
        rows_read=sum(chunk.rows_read for chunk in chunks),
        end=chunks[-1].end,
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

    def __init__(self, behind: bytes, file: Readable) -> None:
        self._behind = io.BytesIO(behind)
        self._file = file

    def read(self, size: int) -> bytes:
        return self._behind.read(size) or self._file.read(size)


@dataclass(frozen=True, slots=True)
class _Header:
    names: list[str]
    behind: bytes
    """What was read of the rows."""
    end: FilePosition


def _read_header(file: Readable) -> _Header:
    start = read_up_to(file, MAX_RECORD_BYTES)
    if not start.strip():
        raise EmptyCsvError("The file is empty.")
    _refuse_other_types(start)
    blank = _BLANK_START.match(start)
    begin = blank.end() if blank else 0
    line = 1 + start.count(b"\n", 0, begin)
    record = first_record(start[begin:])
    _check_line_end(record, line)
    header = record.rstrip(b"\r\n")
    names = [_decode_name(name, line).strip() for name in split_fields(header)]
    _check_names(names, line, header)
    end = begin + len(record)
    return _Header(names, start[end:], FilePosition(end, line + record.count(b"\n")))


def _check_line_end(header: bytes, line: int) -> None:
    if header.endswith(b"\n"):
        return
    if b"\r" in header.rstrip(b"\r"):
        raise CsvError("Lines end with CR alone; LF or CRLF is needed.", line=line)
    if len(header) > MAX_RECORD_BYTES // 2:
        raise CsvError("The first line is no header: it is too long.", line=line)


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
    counts = Counter(names)
    missing = [column for column in REQUIRED_COLUMNS if column not in counts]
    if missing:
        message = f"Required columns are missing: {', '.join(missing)}.{_delimiter_hint(header)}"
        raise CsvError(message, line=line, missing_columns=missing)
    twice = sorted(column for column in REQUIRED_COLUMNS if counts[column] > 1)
    if twice:
        raise CsvError(f"Columns stand twice in the header: {', '.join(twice)}.", line=line)


def _delimiter_hint(header: bytes) -> str:
    for delimiter, name in ((b";", "semicolons"), (b"\t", "tabs"), (b"|", "bars")):
        if header.count(delimiter) > header.count(b","):
            return f" The header seems to be separated by {name}; commas are needed."
    return ""
