"""Read a Parquet file of tracks, chunk by chunk.

The first row is line 2, as if the names of the columns were line 1.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from ml.detected import DetectedFile, FileFormat
from ml.errors import ContentTooLargeError, EmptyCsvError
from ml.reading.cell_table import rows_per_chunk, to_chunk
from ml.reading.column_match import mapped_columns
from ml.reading.compression import ContentLimits
from ml.reading.header_check import check_names
from ml.reading.parquet.decoder import decoded
from ml.reading.read_options import ReadOptions
from ml.track import FilePosition, TrackChunk

MAGIC = b"PAR1"
FIRST_LINE = 2


def read_parquet(
    file: BinaryIO,
    limits: ContentLimits,
    start: FilePosition | None,
    *,
    chunk_bytes: int,
    options: ReadOptions,
) -> Iterator[TrackChunk]:
    """Yield the tracks of a Parquet file as `read_tracks` does; `start` is where a chunk ended.

    Raises
    ------
    EmptyCsvError, CsvError, ColumnMappingError
        As `read_tracks`.
    ContentTooLargeError
        More comes out of it than is allowed.
    """
    size = file.seek(0, 2)
    file.seek(0)
    done = 0 if start is None else start.line - FIRST_LINE
    with decoded(file) as decoder:
        match = check_names([name.strip() for name in decoder.names], options, 1)
        detected = DetectedFile(FileFormat.PARQUET, columns=mapped_columns(match))
        names, positions = list(match.positions), list(match.positions.values())
        unpacked = 0
        rows = rows_per_chunk(chunk_bytes)
        batches = decoder.rows(positions, skip=done, batch_rows=rows)
        for batch in _grouped(batches, rows):
            unpacked += batch.nbytes
            check_size(unpacked, size, limits)
            lines = np.arange(done, done + batch.num_rows, dtype=np.int64) + FIRST_LINE
            done += batch.num_rows
            end = FilePosition(done, done + FIRST_LINE)
            chunk = to_chunk(dict(zip(names, batch.columns, strict=True)), lines, end, options)
            read = size * min(done, decoder.row_count) // max(1, decoder.row_count)
            yield replace(chunk, bytes_read=read, detected=detected)
    if done == 0:
        raise EmptyCsvError("The file has columns and no rows.")


def _grouped(batches: Iterator[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """Join small batches, so that a file with tiny row groups does not make tiny chunks."""
    group: list[pa.RecordBatch] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        group.append(batch)
        if sum(part.num_rows for part in group) >= size:
            yield _joined(group)
            group = []
    if group:
        yield _joined(group)


def _joined(group: list[pa.RecordBatch]) -> pa.RecordBatch:
    return group[0] if len(group) == 1 else pa.concat_batches(group)


def check_size(unpacked: int, size: int, limits: ContentLimits) -> None:
    """Check how much has come out of a file of `size` bytes.

    Raises
    ------
    ContentTooLargeError
        It is more than is allowed.
    """
    if unpacked > limits.max_bytes:
        raise ContentTooLargeError(
            f"The Parquet file has more than {limits.max_bytes:,} bytes of content, "
            "which is the limit. Send it in parts."
        )
    if unpacked > limits.max_ratio * size:
        raise ContentTooLargeError(
            f"The content is more than {limits.max_ratio} times as large as the Parquet file, "
            "which is the limit. Send it as CSV."
        )
