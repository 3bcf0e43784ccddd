"""Turn tables into the bytes of a file, one chunk at a time, in memory that does not grow."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, closing
from typing import Generic, TypeVar

import anyio.to_thread
import orjson
import pyarrow as pa
from pyarrow import csv

from app.exports.formulas import defuse_formulas

Chunk = TypeVar("Chunk")


class Encoder(ABC, Generic[Chunk]):
    """Writes one file; every method blocks, so call it in a thread."""

    @abstractmethod
    def write(self, chunk: Chunk, /) -> bytes:
        """Take a chunk and return the bytes that are ready."""

    def end(self) -> Iterator[bytes]:
        """Yield the rest of the file."""
        yield from ()

    def close(self) -> None:
        """Release what the encoder holds, also if the file is not complete."""


MakeEncoder = Callable[[pa.Schema], Encoder[pa.Table]]


class CsvEncoder(Encoder[pa.Table]):
    """CSV with a header: text is quoted, numbers are not, null is an empty cell."""

    def __init__(self, schema: pa.Schema, *, raw: bool = False) -> None:
        self._schema, self._raw = schema, raw
        self._has_header = False

    def write(self, table: pa.Table) -> bytes:
        sink = pa.BufferOutputStream()
        options = csv.WriteOptions(include_header=not self._has_header)
        csv.write_csv(table if self._raw else defuse_formulas(table), sink, options)
        self._has_header = True
        return bytes(sink.getvalue())

    def end(self) -> Iterator[bytes]:
        if not self._has_header:
            yield self.write(self._schema.empty_table())


class JsonEncoder(Encoder[pa.Table]):
    """JSON Lines: one object per row."""

    def __init__(self, schema: pa.Schema) -> None:
        """Rows name their columns, so a file without rows is empty."""

    def write(self, table: pa.Table) -> bytes:
        rows = _shortest_numbers(table).to_pylist()
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


class ParquetEncoder(Encoder[pa.Table]):
    """Parquet with one row group per chunk."""

    def __init__(self, schema: pa.Schema) -> None:
        from pyarrow import parquet  # takes a while, and most processes never need it

        self._sink = _Drained()
        self._writer = parquet.ParquetWriter(self._sink, schema, compression="zstd")

    def write(self, table: pa.Table) -> bytes:
        self._writer.write_table(table)
        return self._sink.take()

    def end(self) -> Iterator[bytes]:
        self._writer.close()
        yield self._sink.take()


class _Drained:
    """A file to which Arrow writes, emptied after each chunk."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        """Return what was written since the last call."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data


async def encode(
    chunks: AsyncGenerator[Chunk, None],
    schema: pa.Schema,
    make: Callable[[pa.Schema], Encoder[Chunk]],
) -> AsyncGenerator[bytes, None]:
    """Yield the file that contains the chunks, one after the other."""
    with closing(await anyio.to_thread.run_sync(make, schema)) as encoder:
        async with aclosing(chunks):
            async for chunk in chunks:
                if part := await anyio.to_thread.run_sync(encoder.write, chunk):
                    yield part
        rest = encoder.end()
        while part := await anyio.to_thread.run_sync(lambda: next(rest, b"")):
            yield part


def _shortest_numbers(table: pa.Table) -> pa.Table:
    """Turn 0.43 as float32 into 0.43 as float64, not into 0.4300000071525574."""
    for index, field in enumerate(table.schema):
        if field.type == pa.float32():
            numbers = table.column(index).cast(pa.string()).cast(pa.float64())
            table = table.set_column(index, field.name, numbers)
    return table
