"""Write exported tracks to files, chunk by chunk. A file appears only when it is complete."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from app.exports.encoders import CsvEncoder, MakeEncoder, ParquetEncoder, encode
from app.exports.tables import (
    features_table,
    labels_table,
    to_csv,
    tracks_schema,
    tracks_tables,
)
from db.tracks.exports import PostgresExports
from db.tracks.filters import TrackFilter
from ml.columns import NUMBER_COLUMNS

OnSkipped = Callable[[int, Sequence[str]], None]
"""Called with each skipped track and the columns it was stored without."""


async def write_tracks(
    exports: PostgresExports, wanted: TrackFilter, file: BinaryIO, make: MakeEncoder
) -> None:
    """Write the tracks that a filter selects."""
    tables = tracks_tables(exports.read_tracks(wanted))
    async with aclosing(encode(tables, tracks_schema(), make)) as parts:
        async for part in parts:
            file.write(part)


async def write_csv(
    exports: PostgresExports, wanted: TrackFilter, file: BinaryIO, *, raw: bool
) -> None:
    """Write tracks as CSV; `raw` does not escape text that looks like a formula."""
    await write_tracks(exports, wanted, file, partial(CsvEncoder, raw=raw))


async def write_parquet(exports: PostgresExports, wanted: TrackFilter, file: BinaryIO) -> None:
    """Write tracks as Parquet, one row group per chunk."""
    await write_tracks(exports, wanted, file, ParquetEncoder)


async def write_training_files(
    exports: PostgresExports,
    wanted: TrackFilter,
    features: BinaryIO,
    labels: BinaryIO,
    *,
    on_skipped: OnSkipped,
) -> int:
    """Write corrected tracks for `genre train`; return how many were written.

    A track stored without a column that training needs is skipped and reported.
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
    """Open a temporary file for writing, which replaces `path` at the end if there was no error."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
