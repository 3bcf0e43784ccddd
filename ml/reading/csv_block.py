"""Parse one block of CSV records into typed columns, with a reason for each row left out.

The fast way hands the whole block to Arrow with the wanted types. A block with a cell that Arrow
refuses is read once more as raw cells, which are then judged column by column.
"""

from collections.abc import Sequence
from typing import SupportsInt

import numpy as np
import pyarrow as pa
from pyarrow import csv

from ml.columns import (
    ID_COLUMN,
    MAX_TRACK_ID,
    NUMBER_COLUMNS,
    NUMBER_RULES,
    REQUIRED_COLUMNS,
    TAGS_COLUMN,
    TITLE_COLUMN,
    rule_of,
)
from ml.reading.cells import (
    Mask,
    breaks_rule,
    read_number_cells,
    read_plain_ids,
    read_track_ids,
    shown,
    suspicious_text,
    text_problem,
)
from ml.reading.csv_records import MAX_RECORD_BYTES, RecordBlock, split_fields
from ml.track import FilePosition, IntArray, Reject, RejectCode, TrackChunk, TrackTable

_TEXT_COLUMNS = (TITLE_COLUMN, TAGS_COLUMN)
_MAX_DIGITS = 40  # of a track id; int() takes long over millions
_RAW_TYPES = {column: pa.binary() for column in REQUIRED_COLUMNS}
_TYPED = {
    ID_COLUMN: pa.binary(),  # Arrow takes 0x10 for a whole number; here it is no number
    TITLE_COLUMN: pa.binary(),
    TAGS_COLUMN: pa.binary(),
    **dict.fromkeys(NUMBER_COLUMNS, pa.float64()),
}


class BlockParser:
    """Parses the blocks of one file, whose header is `header`."""

    def __init__(self, header: Sequence[str]) -> None:
        self._fields = len(header)
        self._positions = {column: header.index(column) for column in REQUIRED_COLUMNS}
        # Columns that are ignored may share a name; Arrow needs them told apart.
        self._names = [
            name if name in self._positions else f"#{index}" for index, name in enumerate(header)
        ]

    def parse(self, block: RecordBlock) -> TrackChunk:
        """Return the tracks and rejects of a block, both by line."""
        cells, lines, rejects = self._cells(block)
        tracks, reasons = _Columns(cells, lines).judge()
        rejects = sorted([*rejects, *reasons], key=lambda reject: reject.line)
        end = FilePosition(block.bytes_read, block.next_line)
        return TrackChunk(tracks, rejects, len(block), end)

    def _cells(self, block: RecordBlock) -> tuple[pa.Table, IntArray, list[Reject]]:
        if block.regular:
            for types in (_TYPED, _RAW_TYPES):
                parsed = self._parse_with_arrow(block, types)
                if parsed is not None:
                    return parsed
        return self._parse_one_by_one(block)

    def _parse_with_arrow(
        self, block: RecordBlock, types: dict[str, pa.DataType]
    ) -> tuple[pa.Table, IntArray, list[Reject]] | None:
        """Return None where Arrow refuses a cell, or sees other records than we do."""
        wrong: list[csv.InvalidRow] = []

        def skip(row: csv.InvalidRow) -> str:
            wrong.append(row)
            return "skip"

        # The handler is handed the row as str, and an error in it is only printed.
        handler = skip if _is_utf8(block.data) else None
        try:
            table = csv.read_csv(
                pa.BufferReader(block.data),
                csv.ReadOptions(
                    column_names=self._names,
                    use_threads=False,
                    block_size=len(block.data) + 1,
                ),
                csv.ParseOptions(newlines_in_values=True, invalid_row_handler=handler),
                csv.ConvertOptions(
                    column_types=types,
                    include_columns=list(REQUIRED_COLUMNS),
                    null_values=[""],
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        if len(table) + len(wrong) != len(block):
            return None
        skipped = np.array([row.number - 1 for row in wrong], dtype=np.intp)
        rejects = [
            self._wrong_count(split_fields(block.record(int(index))), block.lines[index])
            for index in skipped
        ]
        return table.combine_chunks(), np.delete(block.lines, skipped), rejects

    def _parse_one_by_one(self, block: RecordBlock) -> tuple[pa.Table, IntArray, list[Reject]]:
        records, lines, rejects = [], [], []
        for index, line in enumerate(block.lines):
            record = block.record(index)
            fields = split_fields(record)
            if len(record) > MAX_RECORD_BYTES:
                rejects.append(self._too_long(fields, line))
            elif len(fields) != self._fields:
                rejects.append(self._wrong_count(fields, line))
            else:
                records.append(fields)
                lines.append(line)
        columns = {
            column: pa.array([fields[position] for fields in records], pa.binary())
            for column, position in self._positions.items()
        }
        return pa.table(columns), np.array(lines, dtype=np.int64), rejects

    def _wrong_count(self, fields: list[bytes], line: SupportsInt) -> Reject:
        message = f"The row has {len(fields)} fields; the header has {self._fields}."
        return Reject(
            int(line), self._track_id(fields), None, RejectCode.WRONG_FIELD_COUNT, message
        )

    def _too_long(self, fields: list[bytes], line: SupportsInt) -> Reject:
        message = f"The row is longer than {MAX_RECORD_BYTES} bytes."
        return Reject(int(line), self._track_id(fields), None, RejectCode.BAD_TEXT, message)

    def _track_id(self, fields: list[bytes]) -> str | None:
        """Return the id of a row that may lack any column."""
        position = self._positions[ID_COLUMN]
        cell = fields[position].strip() if position < len(fields) else b""
        is_id = cell.isdigit() and len(cell) <= _MAX_DIGITS and int(cell) <= MAX_TRACK_ID
        return str(int(cell)) if is_id else None


class _Columns:
    """The cells of a block, judged in the order of `REQUIRED_COLUMNS`; the first problem counts."""

    def __init__(self, cells: pa.Table, lines: IntArray) -> None:
        self._cells = {name: _single_chunk(cells[name]) for name in REQUIRED_COLUMNS}
        self._lines = lines
        self._reasons: dict[int, tuple[str, RejectCode, str]] = {}

    def judge(self) -> tuple[TrackTable, list[Reject]]:
        ids = self._track_ids()
        for column in _TEXT_COLUMNS:
            self._check_text(column)
        numbers = self._all_numbers()
        self._check_duplicates(ids)
        good = np.ones(len(ids), dtype=np.bool_)
        good[list(self._reasons)] = False
        return self._table(ids, numbers, np.flatnonzero(good)), self._rejects(ids)

    def _table(self, ids: IntArray, numbers: np.ndarray, good: np.ndarray) -> TrackTable:
        titles, tags = (
            self._cells[column].take(pa.array(good)).cast(pa.string()) for column in _TEXT_COLUMNS
        )
        return TrackTable(self._lines[good], ids[good], titles, tags, numbers[good])

    def _track_ids(self) -> IntArray:
        cells = self._cells[ID_COLUMN]
        plain = read_plain_ids(cells)
        if plain is not None:
            return plain
        ids, numbers = read_track_ids(cells)
        self._judge_numbers(ID_COLUMN, numbers.values, numbers.missing, numbers.not_a_number)
        return ids

    def _all_numbers(self) -> np.ndarray:
        """Read all numbers at once, and judge only columns that have a rule or seem wrong."""
        numbers = np.empty((len(self._lines), len(NUMBER_COLUMNS)))
        plain = np.zeros(len(NUMBER_COLUMNS), dtype=np.bool_)
        for index, column in enumerate(NUMBER_COLUMNS):
            cells = self._cells[column]
            if cells.type == pa.float64() and not cells.null_count:
                numbers[:, index] = cells.to_numpy()
                plain[index] = column not in NUMBER_RULES
        plain[plain] = np.isfinite(numbers[:, plain]).all(axis=0)
        for odd in np.flatnonzero(~plain):
            numbers[:, odd] = self._numbers(NUMBER_COLUMNS[odd])
        return numbers

    def _numbers(self, column: str) -> np.ndarray:
        cells = self._cells[column]
        if cells.type == pa.float64():
            values = np.asarray(cells.to_numpy(zero_copy_only=False))
            missing = np.asarray(cells.is_null())
            not_a_number = np.isnan(values) & ~missing
        else:
            numbers = read_number_cells(cells)
            values, missing, not_a_number = (
                numbers.values,
                numbers.missing,
                numbers.not_a_number,
            )
        self._judge_numbers(column, values, missing, not_a_number)
        return values

    def _judge_numbers(
        self, column: str, values: np.ndarray, missing: Mask, not_a_number: Mask
    ) -> None:
        rule = rule_of(column)
        out_of_range = breaks_rule(values, rule) & ~missing
        if not (missing.any() or not_a_number.any() or out_of_range.any()):
            return
        for row in np.flatnonzero(missing):
            self._note(row, column, RejectCode.MISSING_VALUE, f"is empty; {rule.expectation}")
        for row in np.flatnonzero(not_a_number):
            found = f"is {self._shown(column, row)}; {rule.expectation}"
            self._note(row, column, RejectCode.NOT_A_NUMBER, found)
        for row in np.flatnonzero(out_of_range):
            found = f"is {self._shown(column, row)}; {rule.expectation}"
            self._note(row, column, RejectCode.OUT_OF_RANGE, found)

    def _check_text(self, column: str) -> None:
        cells, required = self._cells[column], column == TITLE_COLUMN
        for row in np.flatnonzero(suspicious_text(cells, required=required)):
            problem = text_problem(cells[int(row)].as_py(), required=required)
            if problem:
                code, found = problem
                self._reasons.setdefault(int(row), (column, code, f"{column} {found}."))

    def _check_duplicates(self, ids: IntArray) -> None:
        good = np.array([row for row in range(len(ids)) if row not in self._reasons], dtype=np.intp)
        _, first = np.unique(ids[good], return_index=True)
        for row in np.delete(good, first):
            message = duplicate_message(int(ids[row]))
            self._reasons[int(row)] = (ID_COLUMN, RejectCode.DUPLICATE_TRACK, message)

    def _note(self, row: SupportsInt, column: str, code: RejectCode, found: str) -> None:
        self._reasons.setdefault(int(row), (column, code, f"{column} {found} is needed."))

    def _shown(self, column: str, row: SupportsInt) -> str:
        cell = self._cells[column][int(row)].as_py()
        if isinstance(cell, bytes):
            return shown(cell.strip())
        return repr(cell).removesuffix(".0")

    def _rejects(self, ids: IntArray) -> list[Reject]:
        return [
            Reject(
                line=int(self._lines[row]),
                track_id=None if column == ID_COLUMN and not _is_duplicate(code) else str(ids[row]),
                column=column,
                code=code,
                message=message,
            )
            for row, (column, code, message) in self._reasons.items()
        ]


def duplicate_message(track_id: int) -> str:
    """Return the message for a track that stands a second time in a file."""
    return f"{ID_COLUMN} {track_id} stands in an earlier row of the file."


def _is_utf8(data: bytes) -> bool:
    """Let Arrow look, which takes a twentieth of the time of `decode` and holds no lock."""
    ends = pa.py_buffer(np.array([0, len(data)], dtype=np.int32))
    try:
        pa.StringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _is_duplicate(code: RejectCode) -> bool:
    return code == RejectCode.DUPLICATE_TRACK


def _single_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
