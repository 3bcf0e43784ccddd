"""Read regular CSV records into columns with Arrow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from ml.columns import ID_COLUMN, NUMBER_COLUMNS, REQUIRED_COLUMNS, TAGS_COLUMN, TITLE_COLUMN
from ml.reading.decimal_commas import read_decimal_commas
from ml.reading.text.delimiters import Exchange

_RAW_TYPES = {column: pa.binary() for column in REQUIRED_COLUMNS}
_TYPED = {
    ID_COLUMN: pa.binary(),  # Arrow takes 0x10 for a whole number; here it is no number
    TITLE_COLUMN: pa.binary(),
    TAGS_COLUMN: pa.binary(),
    **dict.fromkeys(NUMBER_COLUMNS, pa.float64()),
}


@dataclass(frozen=True, slots=True)
class ArrowCells:
    """The required columns of some records, without the records that have a wrong field count.

    `wrong_counts` are the indices of those.
    """

    table: pa.Table
    wrong_counts: npt.NDArray[np.intp]


class ArrowReader:
    """Reads records of a file whose columns are `names`, and restores cells with `exchange`."""

    def __init__(self, names: Sequence[str], exchange: Exchange) -> None:
        self._exchange = exchange
        self._attempts = [(_TYPED, "."), (_RAW_TYPES, ".")]
        if exchange.is_needed:  # a decimal comma was exchanged too
            self._attempts.insert(1, (_TYPED, exchange.delimiter.decode()))
        # Columns that are ignored may share a name; Arrow needs them told apart.
        self._names = [name if name in _TYPED else f"#{index}" for index, name in enumerate(names)]

    def read(self, data: bytes, records: int) -> ArrowCells | None:
        """Return the cells of regular records, as numbers if all of them are.

        None if Arrow sees another number of records, or one with a wrong field count that is not
        UTF-8.
        """
        if not records:
            return ArrowCells(_EMPTY, np.zeros(0, dtype=np.intp))
        for types, point in self._attempts:
            cells = self._read_as(types, point, data)
            if cells is not None and len(cells.table) + len(cells.wrong_counts) == records:
                return cells
        return None

    def _read_as(self, types: dict[str, pa.DataType], point: str, data: bytes) -> ArrowCells | None:
        wrong: list[int] = []

        def skip(row: csv.InvalidRow) -> str:
            wrong.append(row.number - 1)
            return "skip"

        # The handler gets the row as str, and an error in it would only be printed.
        parsing = csv.ParseOptions(
            newlines_in_values=True, invalid_row_handler=skip if _is_utf8(data) else None
        )
        reading = csv.ReadOptions(
            column_names=self._names, use_threads=False, block_size=len(data) + 1
        )
        try:
            table = csv.read_csv(pa.BufferReader(data), reading, parsing, _conversion(types, point))
        except pa.ArrowInvalid:
            return None
        return ArrowCells(self._restored(table.combine_chunks()), np.array(wrong, dtype=np.intp))

    def _restored(self, table: pa.Table) -> pa.Table:
        if not self._exchange.is_needed:
            return table
        for index, name in enumerate(table.column_names):
            column = table.column(index)
            if column.type == pa.binary() and column.num_chunks:
                cells = self._exchange.apply_to_cells(column.chunk(0))
                if name in NUMBER_COLUMNS:
                    cells = read_decimal_commas(cells)
                table = table.set_column(index, name, cells)
        return table


_EMPTY = pa.schema(_TYPED).empty_table()


def _conversion(types: dict[str, pa.DataType], decimal_point: str) -> csv.ConvertOptions:
    return csv.ConvertOptions(
        decimal_point=decimal_point,
        column_types=types,
        include_columns=list(REQUIRED_COLUMNS),
        include_missing_columns=True,  # as nulls, where the header was allowed to lack them
        null_values=[""],
        strings_can_be_null=False,
    )


def _is_utf8(data: bytes) -> bool:
    """Ask Arrow, which takes a twentieth of the time of `decode` and holds no lock."""
    ends = pa.py_buffer(np.array([0, len(data)], dtype=np.int32))
    try:
        pa.StringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
