"""Stream a batch's own file with genres: read a block, look its rows up, write it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial

import anyio.to_thread
import pyarrow as pa

from app.exports.annotated_csv import AnnotatedCsv
from app.exports.annotated_table import annotated_schema, annotated_table
from app.exports.annotations import Notes, find_notes
from app.exports.encoders import encode
from app.exports.formats import FORMATS
from db.batches.annotations import AnnotationReader
from ml.reading.original import OriginalFile, OriginalRow
from schema.core.exports import ExportFormat

Blocks = AsyncGenerator[tuple[Sequence[OriginalRow], Notes], None]


async def annotate(
    original: OriginalFile, reader: AnnotationReader, format: ExportFormat
) -> AsyncGenerator[bytes, None]:
    """Yield the file with genres."""
    blocks = _blocks(original, reader)
    if format is ExportFormat.CSV:
        parts = _csv_parts(original, blocks)
    else:
        schema = annotated_schema(original)
        parts = encode(_tables(original, blocks), schema, FORMATS[format].make)
    async with aclosing(parts):
        async for part in parts:
            yield part


async def _blocks(original: OriginalFile, reader: AnnotationReader) -> Blocks:
    blocks = original.read()
    while rows := await anyio.to_thread.run_sync(partial(next, blocks, ())):
        yield rows, await find_notes(reader, rows)


async def _csv_parts(original: OriginalFile, blocks: Blocks) -> AsyncGenerator[bytes, None]:
    writer = AnnotatedCsv(original)
    yield writer.begin()
    async with aclosing(blocks):
        async for rows, notes in blocks:
            yield await anyio.to_thread.run_sync(writer.write, rows, notes)


async def _tables(original: OriginalFile, blocks: Blocks) -> AsyncGenerator[pa.Table, None]:
    async with aclosing(blocks):
        async for rows, notes in blocks:
            yield await anyio.to_thread.run_sync(annotated_table, original, rows, notes)
