"""The tables of an export: column names, and text that is safe to open in a spreadsheet."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import anyio.to_thread
import pyarrow as pa
import pyarrow.compute as pc
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

FORMULA = r"^[=+\-@\t\r]"
"""The start of a cell that a spreadsheet would interpret as a formula."""


def tracks_table(batch: pa.RecordBatch) -> pa.Table:
    """Return the tracks with the API's column names."""
    return pa.Table.from_batches([batch]).rename_columns(list(COLUMNS))


def empty_tracks_table() -> pa.Table:
    """Return a table without tracks."""
    return TRACKS.empty_table().rename_columns(list(COLUMNS))


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


def defuse_formulas(table: pa.Table) -> pa.Table:
    """Put an apostrophe before text that a spreadsheet would interpret as a formula.

    Titles are untrusted, and `=HYPERLINK(...)` would run when somebody opens the file.
    """
    for index, field in enumerate(table.schema):
        if field.type == pa.string():
            text = table.column(index)
            risky = pc.match_substring_regex(text, FORMULA)
            quoted = pc.binary_join_element_wise("'", text, "")
            table = table.set_column(index, field, pc.if_else(risky, quoted, text))
    return table


async def csv_parts(
    batches: AsyncGenerator[pa.RecordBatch, None], *, raw: bool
) -> AsyncGenerator[bytes, None]:
    """Yield the tracks as CSV, chunk by chunk; without tracks, yield only the header."""
    header = True
    async with aclosing(batches):
        async for batch in batches:
            yield await anyio.to_thread.run_sync(_csv_part, batch, raw, header)
            header = False
    if header:
        yield to_csv(empty_tracks_table(), header=True)


def _csv_part(batch: pa.RecordBatch, raw: bool, header: bool) -> bytes:
    table = tracks_table(batch)
    return to_csv(table if raw else defuse_formulas(table), header=header)
