"""Make a chunk of tracks from columns of cells that did not come from CSV."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.columns import NUMBER_COLUMNS, REQUIRED_COLUMNS
from ml.reading.read_options import ReadOptions
from ml.reading.row_checks import check_rows
from ml.track import FilePosition, IntArray, TrackChunk

TYPICAL_ROW_BYTES = 2700
"""Of a row as CSV, to make chunks of about as many rows as those of a CSV file."""


def rows_per_chunk(chunk_bytes: int) -> int:
    """Return how many rows make a chunk of about `chunk_bytes` of CSV."""
    return max(1, chunk_bytes // TYPICAL_ROW_BYTES)


def to_chunk(
    cells: Mapping[str, pa.Array], lines: IntArray, end: FilePosition, options: ReadOptions
) -> TrackChunk:
    """Check rows and return their tracks and rejects.

    Parameters
    ----------
    cells : mapping of str to array, shape (n_rows,)
        By our columns; strings, or float64 in columns of numbers.
    lines : int64 array, shape (n_rows,)
    """
    empty = pa.array([b""] * len(lines), pa.binary())
    table = pa.table(
        {
            name: _typed(cells[name], is_number=name in NUMBER_COLUMNS) if name in cells else empty
            for name in REQUIRED_COLUMNS
        }
    )
    tracks, rejects = check_rows(table, lines, allow_missing=options.allow_missing)
    rejects = sorted(rejects, key=lambda reject: reject.line)
    return TrackChunk(tracks, rejects, len(lines), end)


def _typed(cells: pa.Array, *, is_number: bool) -> pa.Array:
    if cells.type == pa.float64():
        return cells
    if is_number:
        try:
            return pc.cast(cells, pa.float64())
        except pa.ArrowInvalid:  # a cell is empty or no number; the checks say which
            pass
    return cells.cast(pa.binary())


def row_lines(lines: list[int]) -> IntArray:
    """Return lines as an array."""
    return np.array(lines, dtype=np.int64)
