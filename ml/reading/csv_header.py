"""Read the header of a CSV file of tracks."""

import re
from dataclasses import dataclass

from ml.detected import ACCEPTED
from ml.errors import CsvError, EmptyCsvError, UnsupportedFileTypeError
from ml.reading.column_match import ColumnMatch
from ml.reading.header_check import check_names
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.records.byte_source import Readable, read_up_to
from ml.reading.records.fields import MAX_RECORD_BYTES, first_record, split_fields
from ml.reading.text.delimiters import Exchange, find_delimiter
from ml.track import FilePosition

_BLANK_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r?\n)*+")
"""A byte order mark and blank lines."""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file, the rows read along with them, and where the rows begin.

    In the rows, the delimiter and the comma have still to be exchanged.
    """

    match: ColumnMatch
    first_rows: bytes
    end: FilePosition
    exchange: Exchange

    @property
    def names(self) -> list[str]:
        """Our name of each column, "" for those that are ignored."""
        return self.match.renamed()


def read_header(file: Readable, options: ReadOptions = DEFAULTS) -> Header:
    """Read the header of a file that is at its start.

    Raises
    ------
    EmptyCsvError, UnsupportedFileTypeError, CsvError, ColumnMappingError
        As `ml.reading.tracks_csv.read_tracks`.
    """
    start = read_up_to(file, MAX_RECORD_BYTES)
    if not start.strip():
        raise EmptyCsvError("The file is empty.")
    if b"\0" in start[:1024]:
        raise UnsupportedFileTypeError(f"This looks like a binary file. {ACCEPTED}")
    blank = _BLANK_START.match(start)
    begin = blank.end() if blank else 0
    line = 1 + start.count(b"\n", 0, begin)
    exchange = Exchange(find_delimiter(start[begin:]))
    record = first_record(exchange.apply(start[begin:]))
    _check_line_end(record, line)
    header = record.rstrip(b"\r\n")
    names = [_decode_name(exchange.apply(name), line).strip() for name in split_fields(header)]
    match = check_names(names, options, line)
    end = begin + len(record)
    return Header(match, start[end:], FilePosition(end, line + record.count(b"\n")), exchange)


def _check_line_end(header: bytes, line: int) -> None:
    if header.endswith(b"\n"):
        return
    if b"\r" in header.rstrip(b"\r"):
        raise CsvError("Lines end with CR alone; use LF or CRLF.", line=line)
    if len(header) > MAX_RECORD_BYTES // 2:
        raise CsvError("The first line is too long to be a header.", line=line)


def _decode_name(name: bytes, line: int) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise CsvError("The header is not UTF-8 text.", line=line) from None
