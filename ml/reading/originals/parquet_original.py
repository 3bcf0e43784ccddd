"""A Parquet file as it is: all columns with their types."""

import contextlib
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.reading.cell_table import rows_per_chunk, to_chunk
from ml.reading.column_match import ColumnMatch
from ml.reading.compression import ContentLimits
from ml.reading.header_check import check_names
from ml.reading.originals.original import (
    BLOCK_BYTES,
    Original,
    OriginalBlock,
    OriginalRow,
    Value,
    ids_by_line,
    to_record,
)
from ml.reading.parquet.decoder import decoded
from ml.reading.parquet.tracks_parquet import FIRST_LINE, check_size
from ml.reading.read_options import ReadOptions
from ml.track import FilePosition


class ParquetOriginal(Original):
    """Decoded batches: the columns of `match` as they are classified, then all as they are."""

    has_values = True

    def __init__(
        self,
        names: Sequence[str],
        match: ColumnMatch,
        batches: Iterator[pa.RecordBatch],
        options: ReadOptions,
    ) -> None:
        super().__init__(names, to_record(names))
        first = next(batches)  # a file without rows was refused
        self._match, self._options = match, options
        self._batches = itertools.chain([first], batches)
        self.types = first.schema.types[len(match.positions) :]

    def read(self) -> Iterator[OriginalBlock]:
        line = FIRST_LINE
        for batch in self._batches:
            if batch.num_rows:
                yield self._to_block(batch, line)
                line += batch.num_rows

    def _to_block(self, batch: pa.RecordBatch, first_line: int) -> OriginalBlock:
        wanted = list(self._match.positions)
        columns = batch.columns[len(wanted) :]
        lines = np.arange(first_line, first_line + batch.num_rows, dtype=np.int64)
        cells = dict(zip(wanted, batch.columns, strict=False))
        position = FilePosition(first_line, first_line)
        ids = ids_by_line(to_chunk(cells, lines, position, self._options).tracks)
        texts = [_texts(column) for column in columns]
        values = [_values(column, text) for column, text in zip(columns, texts, strict=True)]
        rows = [
            OriginalRow(to_record(record), line, ids.get(line), values=row)
            for line, record, row in zip(
                lines.tolist(), zip(*texts, strict=True), zip(*values, strict=True), strict=True
            )
        ]
        return OriginalBlock(rows, pa.table(columns, names=[str(n) for n in range(len(columns))]))


@contextlib.contextmanager
def open_parquet(
    file: BinaryIO, limits: ContentLimits, options: ReadOptions
) -> Iterator[ParquetOriginal]:
    """Open a Parquet file.

    Raises
    ------
    CsvError, ColumnMappingError, ContentTooLargeError
        As `read_parquet`.
    """
    size = file.seek(0, 2)
    file.seek(0)
    with decoded(file) as decoder:
        match = check_names([name.strip() for name in decoder.names], options, 1)
        positions = list(match.positions.values())
        rows = decoder.rows(
            positions, skip=0, batch_rows=rows_per_chunk(BLOCK_BYTES), keep_all=True
        )
        checked = _checked(rows, len(positions), size, limits)
        yield ParquetOriginal(decoder.names, match, checked, options)


def _checked(
    batches: Iterator[pa.RecordBatch], skipped: int, size: int, limits: ContentLimits
) -> Iterator[pa.RecordBatch]:
    unpacked = 0
    for batch in batches:
        unpacked += sum(column.nbytes for column in batch.columns[skipped:])
        check_size(unpacked, size, limits)
        yield batch


def _texts(cells: pa.Array) -> list[str]:
    """Return cells as text; tags in a list are joined as in CSV."""
    try:
        if pa.types.is_list(cells.type) or pa.types.is_large_list(cells.type):
            text = pc.binary_join(cells.cast(pa.list_(pa.string())), ",")
        else:
            text = cells.cast(pa.string())
    except pa.ArrowException:  # nested values, or bytes that are no text
        return [_text(cell) for cell in cells.to_pylist()]
    found: list[str] = text.fill_null("").to_pylist()
    return found


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)


def _values(cells: pa.Array, texts: list[str]) -> Sequence[Value]:
    if pa.types.is_integer(cells.type):
        whole: list[int | None] = cells.to_pylist()
        return whole
    if pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type):
        return [_number(text) for text in texts]
    return texts


def _number(text: str) -> Value:
    if not text:
        return None
    number = float(text)
    return number if math.isfinite(number) else text
