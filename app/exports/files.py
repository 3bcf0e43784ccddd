"""Write exported tracks into files, piece by piece; a file has its name only once it is whole."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pyarrow import parquet

from app.exports.tables import (
    csv_parts,
    empty_tracks_table,
    features_table,
    labels_table,
    to_csv,
    tracks_table,
)
from db.tracks.exports import ExportFilter, PostgresExports
from ml.columns import NUMBER_COLUMNS

OnSkipped = Callable[[int, Sequence[str]], None]
"""Told of a track that is left out, and of the columns it was stored without."""


async def write_csv(
    exports: PostgresExports, wanted: ExportFilter, file: BinaryIO, *, raw: bool
) -> None:
    """Write tracks as CSV; `raw` leaves text alone that a spreadsheet takes for a formula."""
    async with aclosing(csv_parts(exports.read_tracks(wanted), raw=raw)) as parts:
        async for part in parts:
            file.write(part)


async def write_parquet(exports: PostgresExports, wanted: ExportFilter, file: BinaryIO) -> None:
    """Write tracks as Parquet, a row group for each chunk."""
    with parquet.ParquetWriter(file, empty_tracks_table().schema, compression="zstd") as writer:
        async with aclosing(exports.read_tracks(wanted)) as batches:
            async for batch in batches:
                writer.write_table(tracks_table(batch))


async def write_training_files(
    exports: PostgresExports,
    wanted: ExportFilter,
    features: BinaryIO,
    labels: BinaryIO,
    *,
    on_skipped: OnSkipped,
) -> int:
    """Write corrected tracks for `genre train`; return how many were written.

    A track that was stored without a column that training needs is skipped and reported.
    """
    count = 0
    async with aclosing(exports.read_labelled(wanted, NUMBER_COLUMNS)) as chunks:
        async for chunk in chunks:
            is_complete = chunk.features.complete
            for row in np.flatnonzero(~is_complete).tolist():
                on_skipped(int(chunk.track_ids[row]), chunk.features.missing(row))
            complete = chunk.take(np.flatnonzero(is_complete))
            if len(complete.track_ids):
                features.write(to_csv(features_table(complete), header=count == 0))
                labels.write(to_csv(labels_table(complete), header=count == 0))
                count += len(complete.track_ids)
    return count


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes the place of `path` at the end, if nothing went wrong."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
