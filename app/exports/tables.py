"""The tables of an export, with the column names of its file."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pyarrow as pa
from pyarrow import csv

from db.tracks.exports import TRACKS, LabelledChunk
from ml.columns import ID_COLUMN, NUMBER_COLUMNS, TAGS_COLUMN, TITLE_COLUMN

COLUMNS = (
    ID_COLUMN,
    TITLE_COLUMN,
    "genre",
    "predictedGenre",
    "confidence",
    "correctedGenre",
    "modelVersion",
    "classifiedAt",
)
"""Column names of the file, in the order of `db.tracks.exports.TRACKS`."""


def tracks_table(batch: pa.RecordBatch) -> pa.Table:
    """Return the tracks with the API's column names."""
    return pa.Table.from_batches([batch]).rename_columns(list(COLUMNS))


def tracks_schema() -> pa.Schema:
    """Return the columns of `tracks_table`."""
    return TRACKS.empty_table().rename_columns(list(COLUMNS)).schema


def features_table(chunk: LabelledChunk) -> pa.Table:
    """Return the file that `genre train --features` reads."""
    numbers = chunk.features.numbers
    return pa.table(
        {
            ID_COLUMN: chunk.track_ids,
            TITLE_COLUMN: pa.array(chunk.titles, pa.string()),
            TAGS_COLUMN: chunk.features.tags,
            **{name: numbers[:, index] for index, name in enumerate(NUMBER_COLUMNS)},
        }
    )


def labels_table(chunk: LabelledChunk) -> pa.Table:
    """Return the file that `genre train --labels` reads."""
    return pa.table({ID_COLUMN: chunk.track_ids, "genre": pa.array(chunk.genres, pa.string())})


def to_csv(table: pa.Table, *, header: bool) -> bytes:
    """Write a table as CSV: text is quoted, numbers are not, null is an empty cell."""
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=header))
    return bytes(sink.getvalue())


async def tracks_tables(
    batches: AsyncGenerator[pa.RecordBatch, None],
) -> AsyncGenerator[pa.Table, None]:
    """Yield tracks with the API's column names, chunk by chunk."""
    async with aclosing(batches):
        async for batch in batches:
            yield tracks_table(batch)
