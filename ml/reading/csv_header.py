"""Read the header of a CSV file of tracks, and refuse files that are something else."""

import re
from dataclasses import dataclass

from ml.errors import CsvError, EmptyCsvError, UnsupportedFileTypeError
from ml.reading.column_match import ColumnMatch, match_columns
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.records.byte_source import Readable, read_up_to
from ml.reading.records.fields import MAX_RECORD_BYTES, first_record, split_fields
from ml.track import FilePosition

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
_DELIMITERS = {b";": "semicolons", b"\t": "tabs", b"|": "bars"}


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file, the rows read along with them, and where the rows begin."""

    match: ColumnMatch
    first_rows: bytes
    end: FilePosition

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
    _refuse_other_types(start)
    blank = _BLANK_START.match(start)
    begin = blank.end() if blank else 0
    line = 1 + start.count(b"\n", 0, begin)
    record = first_record(start[begin:])
    _check_line_end(record, line)
    header = record.rstrip(b"\r\n")
    names = [_decode_name(name, line).strip() for name in split_fields(header)]
    match = match_columns(names, options.columns)
    _check_match(match, line, header)
    end = begin + len(record)
    return Header(match, start[end:], FilePosition(end, line + record.count(b"\n")))


def _refuse_other_types(start: bytes) -> None:
    for magic, kind in _OTHER_FILE_TYPES.items():
        if start.startswith(magic):
            raise UnsupportedFileTypeError(f"The file is {kind}; it must be CSV text in UTF-8.")
    if b"\0" in start[:1024]:
        raise UnsupportedFileTypeError("The file is binary; it must be CSV text in UTF-8.")


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


def _check_match(match: ColumnMatch, line: int, header: bytes) -> None:
    if match.missing:
        hint = _delimiter_hint(header)
        message = f"Required columns are missing: {', '.join(match.missing)}.{hint}"
        raise CsvError(message, line=line, missing_columns=match.missing)
    repeated = sorted(column for column, names in match.ambiguous.items() if column in names)
    if repeated:
        message = f"Columns appear more than once in the header: {', '.join(repeated)}."
        raise CsvError(message, line=line)
    for column, names in match.ambiguous.items():
        found = " and ".join(f'"{name}"' for name in names)
        message = f"{found} could each be the column {column}. Rename one, or map the column."
        raise CsvError(message, line=line)


def _delimiter_hint(header: bytes) -> str:
    for delimiter, name in _DELIMITERS.items():
        if header.count(delimiter) > header.count(b","):
            return f" The columns seem to be separated by {name}; use commas."
    return ""
