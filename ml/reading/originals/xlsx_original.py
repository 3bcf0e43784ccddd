"""A workbook as it is: the sheet with our columns, with numbers as numbers."""

import contextlib
import math
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from ml.reading.cell_table import rows_per_chunk
from ml.reading.compression import ContentLimits
from ml.reading.originals.original import (
    BLOCK_BYTES,
    Original,
    OriginalBlock,
    OriginalRow,
    Value,
    ids_by_line,
    to_record,
)
from ml.reading.read_options import ReadOptions
from ml.reading.xlsx.sheet_rows import Row
from ml.reading.xlsx.tracks_xlsx import Sheet, group_rows, open_sheet, parse_rows

_MAX_EXACT = 10**15


class XlsxOriginal(Original):
    """A sheet; cells right of the header are added to the last column."""

    has_values = True

    def __init__(self, sheet: Sheet, options: ReadOptions) -> None:
        super().__init__(sheet.match.header, to_record(sheet.match.header))
        self._sheet, self._options = sheet, options

    def read(self) -> Iterator[OriginalBlock]:
        for group in group_rows(self._sheet.rows, rows_per_chunk(BLOCK_BYTES)):
            ids = ids_by_line(parse_rows(self._sheet.match, group, self._options).tracks)
            yield OriginalBlock([self._to_row(row, ids) for row in group])

    def _to_row(self, row: Row, ids: Mapping[int, int]) -> OriginalRow:
        count = len(self.names)
        width = max(count, max(row.cells) + 1)
        values = [_value_of(row, column) for column in range(width)]
        texts = ["" if value is None else str(value) for value in values]
        fitted = values if width == count else [*values[: count - 1], ",".join(texts[count - 1 :])]
        line = row.number
        return OriginalRow(to_record(texts), line, ids.get(line), width > count, fitted)


@contextlib.contextmanager
def open_xlsx(
    file: BinaryIO, limits: ContentLimits, options: ReadOptions
) -> Iterator[XlsxOriginal]:
    """Open a workbook.

    Raises
    ------
    EmptyCsvError, UnsupportedFileTypeError, CsvError, ColumnMappingError
        As `read_xlsx`.
    """
    with open_sheet(file, limits, options) as sheet:
        yield XlsxOriginal(sheet, options)


def _value_of(row: Row, column: int) -> Value:
    """Return a number in its shortest form, as a spreadsheet shows it, not with 17 digits."""
    cell = row.cells.get(column)
    if cell is None or column in row.texts:
        return cell
    try:
        number = float(cell)
    except ValueError:
        return cell
    if not math.isfinite(number) or (number.is_integer() and abs(number) >= _MAX_EXACT):
        return cell
    return int(number) if number.is_integer() else number
