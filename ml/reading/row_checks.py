"""Check the cells of a block, and make tracks of the rows in which every cell is right.

Works on whole columns; a wrong cell costs time only in its own column.
"""

from typing import NamedTuple, SupportsInt

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ml.basis import MAX_GAPS, find_basis
from ml.columns import (
    ID_COLUMN,
    NUMBER_COLUMNS,
    NUMBER_RULES,
    REQUIRED_COLUMNS,
    SOUND_COLUMNS,
    TAGS_COLUMN,
    TITLE_COLUMN,
    rule_of,
)
from ml.reading.number_cells import (
    NumberCells,
    breaks_rule,
    read_number_cells,
    read_plain_ids,
    read_track_ids,
)
from ml.reading.text_cells import Mask, cell_problem, shown, suspicious_text
from ml.track import FloatMatrix, IntArray, Reject, RejectCode, TrackTable

_TEXT_COLUMNS = (TITLE_COLUMN, TAGS_COLUMN)
NOTHING_TO_GO_ON = (
    "The row has no words, and too little sound: title and tags are empty, and more than "
    f"{MAX_GAPS} of these are missing: {', '.join(SOUND_COLUMNS[:3])} and "
    f"{len(SOUND_COLUMNS) - 3} other columns of sound."
)


class _Problem(NamedTuple):
    column: str | None
    code: RejectCode
    message: str


def check_rows(
    cells: pa.Table, lines: IntArray, *, allow_missing: bool = False
) -> tuple[TrackTable, list[Reject]]:
    """Return the valid tracks of a block and the other rows.

    Parameters
    ----------
    cells : Table with the columns of `ml.columns.REQUIRED_COLUMNS`
        Binary; columns of numbers may be float64 instead.
    lines : int64 array, shape (n_rows,)
        The physical line on which each row begins.
    allow_missing : bool
        Whether a row may lack its words or its sound. `TrackTable.basis` is then set.
    """
    rows = _Rows(cells, lines, allow_missing=allow_missing)
    ids = rows.read_ids()
    for column in _TEXT_COLUMNS:
        rows.check_text(column)
    numbers = rows.read_numbers()
    if allow_missing:
        rows.check_basis(numbers)
    rows.check_duplicates(ids)
    return rows.tracks(ids, numbers), rows.rejects(ids)


class _Rows:
    """Rows and the first problem of each, by column in the order of `REQUIRED_COLUMNS`."""

    def __init__(self, cells: pa.Table, lines: IntArray, *, allow_missing: bool) -> None:
        self._cells = {name: _single_chunk(cells[name]) for name in REQUIRED_COLUMNS}
        if allow_missing:
            self._cells = {name: _without_nulls(column) for name, column in self._cells.items()}
        self._lines = lines
        self._allow_missing = allow_missing
        self._problems: dict[int, _Problem] = {}

    def read_ids(self) -> IntArray:
        cells = self._cells[ID_COLUMN]
        plain = read_plain_ids(cells)
        if plain is not None:
            return plain
        ids, numbers = read_track_ids(cells)
        self._check_numbers(ID_COLUMN, numbers)
        return ids

    def check_text(self, column: str) -> None:
        cells, required = self._cells[column], column == TITLE_COLUMN
        for row in np.flatnonzero(suspicious_text(cells, required=required)):
            problem = cell_problem(cells[int(row)].as_py(), required=required)
            if problem and not (self._allow_missing and problem[0] is RejectCode.MISSING_VALUE):
                code, found = problem
                self._note(row, column, code, f"{column} {found}.")

    def read_numbers(self) -> FloatMatrix:
        """Read all numbers at once, and check only columns that have a rule or look wrong."""
        numbers = np.empty((len(self._lines), len(NUMBER_COLUMNS)))
        plain = np.zeros(len(NUMBER_COLUMNS), dtype=np.bool_)
        for index, column in enumerate(NUMBER_COLUMNS):
            cells = self._cells[column]
            if cells.type == pa.float64() and not cells.null_count:
                numbers[:, index] = cells.to_numpy()
                plain[index] = column not in NUMBER_RULES
        plain[plain] = np.isfinite(numbers[:, plain]).all(axis=0)
        for checked in np.flatnonzero(~plain).tolist():
            column = NUMBER_COLUMNS[checked]
            found = read_number_cells(self._cells[column])
            self._check_numbers(column, found)
            numbers[:, checked] = found.values
        return numbers

    def _check_numbers(self, column: str, numbers: NumberCells) -> None:
        rule = rule_of(column)
        out_of_range = breaks_rule(numbers.values, rule) & ~numbers.missing
        may_be_missing = self._allow_missing and column != ID_COLUMN
        for code, wrong in (
            (RejectCode.MISSING_VALUE, numbers.missing & (not may_be_missing)),
            (RejectCode.NOT_A_NUMBER, numbers.not_a_number),
            (RejectCode.OUT_OF_RANGE, out_of_range),
        ):
            for row in np.flatnonzero(wrong):
                found = f"{column} is {self._shown(column, row)}; it must be {rule.expectation}."
                self._note(row, column, code, found)

    def check_basis(self, numbers: FloatMatrix) -> None:
        good = np.flatnonzero(self._is_good())
        found = find_basis(*self._texts(good), numbers[good])
        for row in good[found == 0]:
            self._note(row, None, RejectCode.MISSING_VALUE, NOTHING_TO_GO_ON)

    def check_duplicates(self, ids: IntArray) -> None:
        good = np.flatnonzero(self._is_good())
        _, first = np.unique(ids[good], return_index=True)
        for repeated in np.delete(good, first):
            message = duplicate_message(int(ids[repeated]))
            self._note(repeated, ID_COLUMN, RejectCode.DUPLICATE_TRACK, message)

    def tracks(self, ids: IntArray, numbers: FloatMatrix) -> TrackTable:
        good = np.flatnonzero(self._is_good())
        titles, tags = self._texts(good)
        basis = find_basis(titles, tags, numbers[good]) if self._allow_missing else None
        return TrackTable(self._lines[good], ids[good], titles, tags, numbers[good], basis=basis)

    def rejects(self, ids: IntArray) -> list[Reject]:
        return [
            Reject(int(self._lines[row]), _known_id(ids[row], problem), *problem)
            for row, problem in self._problems.items()
        ]

    def _texts(self, rows: npt.NDArray[np.intp]) -> tuple[pa.StringArray, pa.StringArray]:
        """Return titles and tags of rows whose texts are right."""
        titles, tags = (
            self._cells[column].take(pa.array(rows)).cast(pa.string()) for column in _TEXT_COLUMNS
        )
        return titles, tags

    def _is_good(self) -> Mask:
        good = np.ones(len(self._lines), dtype=np.bool_)
        good[list(self._problems)] = False
        return good

    def _note(self, row: SupportsInt, column: str | None, code: RejectCode, message: str) -> None:
        self._problems.setdefault(int(row), _Problem(column, code, message))

    def _shown(self, column: str, row: SupportsInt) -> str:
        cell = self._cells[column][int(row)].as_py()
        if isinstance(cell, bytes):
            return shown(cell.strip()) if cell.strip() else "empty"
        return "empty" if cell is None else repr(cell).removesuffix(".0")


def duplicate_message(track_id: int) -> str:
    """Return the message for a track whose id was already in an earlier row of the file."""
    return f"{ID_COLUMN} {track_id} already appears in an earlier row."


def _known_id(track_id: np.int64, problem: _Problem) -> str | None:
    is_wrong = problem.column == ID_COLUMN and problem.code != RejectCode.DUPLICATE_TRACK
    return None if is_wrong else str(track_id)


def _without_nulls(column: pa.Array) -> pa.Array:
    """Return the cells of a column that is missing as empty ones."""
    is_raw = column.type == pa.binary() and column.null_count
    return column.fill_null(b"") if is_raw else column


def _single_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
