"""Write an Excel workbook with one sheet, whose rows go to a temporary file as they arrive."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from app.exports.encoders import Encoder
from schema.core.errors import ErrorCode, PortError

MAX_ROWS = 1_048_575
"""The rows of a sheet, without the header."""
MAX_CELL_CHARS = 32_767
MAX_EXACT_NUMBER = 10**15
"""Excel keeps 15 digits; larger ids are written as text."""
PART_BYTES = 256 * 1024
SHEET = "tracks"
OPTIONS = {
    "constant_memory": True,
    "remove_timezone": True,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
}


class TooManyRowsError(PortError):
    """A workbook cannot hold so many rows."""

    code = ErrorCode.BAD_USER_INPUT

    def __init__(self) -> None:
        super().__init__(
            f"A sheet of Excel holds at most {MAX_ROWS:,} rows. Use CSV, PARQUET or JSONL, or "
            "select fewer tracks."
        )


class XlsxRows(Encoder[Sequence[Sequence[object]]]):
    """An Excel workbook of rows. Text stays text, so no cell is a formula."""

    def __init__(self, schema: pa.Schema) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="genre-xlsx-")
        self._path = Path(self._folder.name) / "tracks.xlsx"
        self._book = xlsxwriter.Workbook(self._path, {**OPTIONS, "tmpdir": self._folder.name})
        self._book.use_zip64()  # the rows may take more than 4 GB before they are compressed
        self._sheet = self._book.add_worksheet(SHEET)
        self._row = 0
        self._write_row(schema.names)
        self._sheet.freeze_panes(1, 0)

    def write(self, rows: Sequence[Sequence[object]], /) -> bytes:
        if self._row - 1 + len(rows) > MAX_ROWS:
            raise TooManyRowsError
        for row in rows:
            self._write_row(row)
        return b""

    def end(self) -> Iterator[bytes]:
        self._book.close()
        with self._path.open("rb") as file:
            while part := file.read(PART_BYTES):
                yield part

    def close(self) -> None:
        self._sheet._opt_close()  # closes the file of its rows, if the workbook is not complete
        self._folder.cleanup()

    def _write_row(self, cells: Sequence[object]) -> None:
        for column, cell in enumerate(cells):
            if cell is not None:
                _write_cell(self._sheet, self._row, column, cell)
        self._row += 1


class XlsxEncoder(Encoder[pa.Table]):
    """An Excel workbook of tables."""

    def __init__(self, schema: pa.Schema) -> None:
        self._rows = XlsxRows(schema)

    def write(self, table: pa.Table, /) -> bytes:
        return self._rows.write(
            list(zip(*map(pa.ChunkedArray.to_pylist, table.columns), strict=True))
        )

    def end(self) -> Iterator[bytes]:
        return self._rows.end()

    def close(self) -> None:
        self._rows.close()


def _write_cell(sheet: Worksheet, row: int, column: int, cell: object) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell)
    elif isinstance(cell, float) or (isinstance(cell, int) and abs(cell) < MAX_EXACT_NUMBER):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, str(cell)[:MAX_CELL_CHARS])
