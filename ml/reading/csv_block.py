"""Parse one block of CSV records into tracks, with a reason for each row left out.

Arrow reads the cells. A block that parsers would disagree on is first rewritten as regular CSV.
"""

import csv
import io
from collections.abc import Sequence
from typing import SupportsInt

import numpy as np
import pyarrow as pa

from ml.columns import ID_COLUMN, MAX_TRACK_ID
from ml.reading.arrow_cells import ArrowReader
from ml.reading.records.blocks import RecordBlock
from ml.reading.records.fields import MAX_RECORD_BYTES, split_text
from ml.reading.row_checks import check_rows
from ml.reading.text.delimiters import Exchange
from ml.track import IntArray, Reject, RejectCode, TrackChunk

_MAX_DIGITS = 40
"""Of a track id; int() takes long over millions."""
_Cells = tuple[pa.Table, IntArray, list[Reject]]


class BlockParser:
    """Parses the blocks of a file whose header is `header`; `exchange` restores the cells."""

    def __init__(
        self, header: Sequence[str], exchange: Exchange, *, allow_missing: bool = False
    ) -> None:
        self._allow_missing = allow_missing
        self._field_count = len(header)
        self._id_position = header.index(ID_COLUMN)
        self._reader = ArrowReader(header, exchange)

    def parse(self, block: RecordBlock) -> TrackChunk:
        """Return the tracks and rejects of a block, both by line."""
        cells, lines, rejects = self._regular_cells(block) or self._rewritten_cells(block)
        tracks, wrong_cells = check_rows(cells, lines, allow_missing=self._allow_missing)
        rejects = sorted([*rejects, *wrong_cells], key=lambda reject: reject.line)
        return TrackChunk(tracks, rejects, len(block), block.end)

    def _regular_cells(self, block: RecordBlock) -> _Cells | None:
        cells = self._reader.read(block.data, len(block)) if block.regular else None
        if cells is None:
            return None
        rejects = [
            self._wrong_count(split_text(block.record(int(index))), block.lines[index])
            for index in cells.wrong_counts
        ]
        return cells.table, np.delete(block.lines, cells.wrong_counts), rejects

    def _rewritten_cells(self, block: RecordBlock) -> _Cells:
        """Split each record with Python's `csv`, and quote it again in a way Arrow agrees on."""
        regular = io.StringIO(newline="")
        # A writer quotes cells with a character of the line end: here CR too. The first line end
        # keeps Arrow from taking a cell's byte order mark for the file's.
        writer = csv.writer(regular, lineterminator="\r\n")
        regular.write("\r\n")
        lines, rejects = [], []
        for index, line in enumerate(block.lines.tolist()):
            record = block.record(index)
            fields = split_text(record)
            if len(record) > MAX_RECORD_BYTES:
                rejects.append(self._too_long(fields, line))
            elif len(fields) != self._field_count:
                rejects.append(self._wrong_count(fields, line))
            else:
                writer.writerow(fields)
                lines.append(line)
        cells = self._reader.read(regular.getvalue().encode("latin-1"), len(lines))
        assert cells is not None  # every record has the right field count
        return cells.table, np.array(lines, dtype=np.int64), rejects

    def _wrong_count(self, fields: list[str], line: SupportsInt) -> Reject:
        message = f"The row has {len(fields)} fields; the header has {self._field_count}."
        return self._reject(fields, line, RejectCode.WRONG_FIELD_COUNT, message)

    def _too_long(self, fields: list[str], line: SupportsInt) -> Reject:
        message = f"The row is longer than {MAX_RECORD_BYTES} bytes."
        return self._reject(fields, line, RejectCode.BAD_TEXT, message)

    def _reject(
        self, fields: list[str], line: SupportsInt, code: RejectCode, message: str
    ) -> Reject:
        """Return a reject of a whole row, which may lack any column, even the id."""
        cell = fields[self._id_position] if self._id_position < len(fields) else ""
        track_id = _plain_id(cell.encode("latin-1").strip())
        return Reject(int(line), track_id, None, code, message)


def _plain_id(cell: bytes) -> str | None:
    is_id = cell.isdigit() and len(cell) <= _MAX_DIGITS and int(cell) <= MAX_TRACK_ID
    return str(int(cell)) if is_id else None
