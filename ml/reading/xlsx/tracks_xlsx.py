"""Read a workbook of tracks, chunk by chunk.

The first sheet with our columns is read. A line is the number of the row in the sheet.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import pyarrow as pa

from ml.detected import DetectedFile, FileFormat
from ml.errors import CsvError, EmptyCsvError
from ml.reading.cell_table import row_lines, rows_per_chunk, to_chunk
from ml.reading.column_match import ColumnMatch, mapped_columns
from ml.reading.compression import ContentLimits
from ml.reading.header_check import check_names
from ml.reading.read_options import ReadOptions
from ml.reading.xlsx.package import Package, Part
from ml.reading.xlsx.shared_strings import SharedStrings
from ml.reading.xlsx.sheet_rows import Row, read_rows
from ml.reading.xlsx.workbook import read_workbook
from ml.track import FilePosition, TrackChunk

_MAX_SHEETS = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet whose header was read; `rows` are those after it."""

    match: ColumnMatch
    rows: Iterator[Row]
    part: Part
    size: int
    package: Package


def read_xlsx(
    file: BinaryIO,
    limits: ContentLimits,
    start: FilePosition | None,
    *,
    chunk_bytes: int,
    options: ReadOptions,
) -> Iterator[TrackChunk]:
    """Yield the tracks of a workbook as `read_tracks` does; `start` is where a chunk ended.

    Raises
    ------
    EmptyCsvError, UnsupportedFileTypeError, CsvError, ColumnMappingError
        As `read_tracks`.
    """
    with open_sheet(file, limits, options) as sheet:
        detected = DetectedFile(FileFormat.XLSX, columns=mapped_columns(sheet.match))
        first_line = 0 if start is None else start.line
        rows = (row for row in sheet.rows if row.number >= first_line)
        is_empty = True
        for group in group_rows(rows, rows_per_chunk(chunk_bytes)):
            is_empty = False
            chunk = parse_rows(sheet.match, group, options)
            read = sheet.package.size * min(sheet.part.position, sheet.size) // sheet.size
            yield replace(chunk, bytes_read=read, detected=detected)
        if is_empty and start is None:
            raise EmptyCsvError("The sheet has a header and no rows.")


@contextlib.contextmanager
def open_sheet(file: BinaryIO, limits: ContentLimits, options: ReadOptions) -> Iterator[Sheet]:
    """Find the sheet with our columns.

    Raises
    ------
    EmptyCsvError, UnsupportedFileTypeError, CsvError, ColumnMappingError
        As `read_tracks`.
    """
    package = Package(file, limits)
    workbook = read_workbook(package)
    with SharedStrings(package, workbook.shared_strings) as strings:
        yield _find_sheet(package, workbook.sheets, strings, options)


def _find_sheet(
    package: Package, names: list[str], strings: SharedStrings, options: ReadOptions
) -> Sheet:
    first_error: CsvError | None = None
    for name in names[:_MAX_SHEETS]:
        part = package.open(name)
        rows = read_rows(part, strings)
        header = next(rows, None)
        if header is None:
            continue
        width = max(header.cells) + 1
        headers = [header.cells.get(column, "").strip() for column in range(width)]
        try:
            match = check_names(headers, options, header.number)
        except CsvError as error:
            first_error = first_error or error
            continue
        return Sheet(match, rows, part, package.size_of(name), package)
    raise first_error or EmptyCsvError("The workbook is empty.")


def group_rows(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    """Yield rows in groups of `size`."""
    group: list[Row] = []
    for row in rows:
        group.append(row)
        if len(group) >= size:
            yield group
            group = []
    if group:
        yield group


def parse_rows(match: ColumnMatch, rows: list[Row], options: ReadOptions) -> TrackChunk:
    """Return the tracks and rejects of some rows."""
    cells = {
        column: pa.array([row.cells.get(position, "") for row in rows], pa.string())
        for column, position in match.positions.items()
    }
    next_line = rows[-1].number + 1
    lines = row_lines([row.number for row in rows])
    return to_chunk(cells, lines, FilePosition(next_line, next_line), options)
