"""Stream a batch's own file with genres: read a block, look its rows up, write it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial

import anyio.to_thread
import pyarrow as pa

from app.exports.annotated_csv import AnnotatedCsv
from app.exports.annotated_table import annotated_rows, annotated_schema, annotated_table
from app.exports.annotations import Notes, find_notes
from app.exports.encoders import encode
from app.exports.formats import FORMATS
from app.exports.xlsx import XlsxRows
from db.batches.annotations import AnnotationReader
from ml.reading.originals.original import Original, OriginalBlock
from schema.core.exports import ExportFormat

Rows = Sequence[Sequence[object]]
Blocks = AsyncGenerator[tuple[OriginalBlock, Notes], None]


async def annotate(
    original: Original, reader: AnnotationReader, format: ExportFormat
) -> AsyncGenerator[bytes, None]:
    """Yield the file with genres."""
    blocks = _blocks(original, reader)
    is_typed = original.types is not None and format is ExportFormat.PARQUET
    schema = annotated_schema(original, is_typed=is_typed)
    if format is ExportFormat.CSV:
        parts = _csv_parts(original, blocks)
    elif format is ExportFormat.XLSX and original.has_values:
        parts = encode(_rows(blocks), schema, XlsxRows)
    else:
        parts = encode(_tables(blocks, original, schema), schema, FORMATS[format].make)
    async with aclosing(parts):
        async for part in parts:
            yield part


async def _blocks(original: Original, reader: AnnotationReader) -> Blocks:
    blocks = original.read()
    while block := await anyio.to_thread.run_sync(partial(next, blocks, None)):
        yield block, await find_notes(reader, block.rows)


async def _csv_parts(original: Original, blocks: Blocks) -> AsyncGenerator[bytes, None]:
    writer = AnnotatedCsv(original)
    yield writer.begin()
    async with aclosing(blocks):
        async for block, notes in blocks:
            yield await anyio.to_thread.run_sync(writer.write, block.rows, notes)


async def _tables(
    blocks: Blocks, original: Original, schema: pa.Schema
) -> AsyncGenerator[pa.Table, None]:
    async with aclosing(blocks):
        async for block, notes in blocks:
            yield await anyio.to_thread.run_sync(annotated_table, original, schema, block, notes)


async def _rows(blocks: Blocks) -> AsyncGenerator[Rows, None]:
    async with aclosing(blocks):
        async for block, notes in blocks:
            yield await anyio.to_thread.run_sync(annotated_rows, block, notes)
