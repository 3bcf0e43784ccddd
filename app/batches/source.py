"""Where the tracks of a batch come from: a file that is open already, or one in the spool."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from io import SEEK_END
from typing import BinaryIO, Protocol
from uuid import UUID

import anyio.to_thread

from app.batches.first_rows import FirstRows
from app.batches.read_options import find_options
from app.runtime.threads import ComputeThreads
from app.uploads.spool import Spool
from db.batches.read_options import PostgresReadOptions
from db.batches.records import ResumePoint
from ml.detected import DetectedFile
from ml.reading.compression import ContentLimits
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.track_file import TrackFile
from ml.track import FilePosition, TrackChunk

CHECKED_BYTES = 65_536
"""How much of a file is read to see that it is a file of tracks with at least one row."""


class ChunkSource(Protocol):
    """A sequence of chunks of tracks that can be read from its start, or from a resume point."""

    def read(self, start: ResumePoint | None = None) -> AsyncGenerator[TrackChunk, None]:
        """Yield the chunks; `TrackChunk.end` is where to go on after each."""


@dataclass(frozen=True, slots=True)
class CsvReader:
    """Reads files of tracks in threads."""

    threads: ComputeThreads
    chunk_bytes: int
    limits: ContentLimits
    """How much may come out of a compressed file."""

    async def read(
        self, file: BinaryIO, start: ResumePoint | None, options: ReadOptions = DEFAULTS
    ) -> AsyncGenerator[TrackChunk, None]:
        """Yield the chunks of a file.

        Raises
        ------
        CsvError
            The file cannot be read as tracks, or not to its end.
        """
        position = None if start is None else FilePosition(start.byte, start.line)
        chunks = TrackFile(file, self.limits).read(
            position, chunk_bytes=self.chunk_bytes, options=options
        )
        known, first_rows = None, FirstRows()
        while (chunk := await self.threads.run(next, chunks, None)) is not None:
            if start is None:
                first_rows.check(chunk)
            # The charset may show only after many rows; the rest is known from the first chunk.
            yield replace(chunk, detected=None) if chunk.detected == known else chunk
            known = chunk.detected

    async def check(self, file: BinaryIO, options: ReadOptions = DEFAULTS) -> DetectedFile | None:
        """Read the header and the first rows as `read` will, then go back to the start.

        It does not wait for one of the threads, which other batches may keep busy.

        Raises
        ------
        CsvError
            They are not those of a file of tracks.
        """
        return await anyio.to_thread.run_sync(self._check, file, options)

    def _check(self, file: BinaryIO, options: ReadOptions) -> DetectedFile | None:
        first = next(TrackFile(file, self.limits).read(chunk_bytes=CHECKED_BYTES, options=options))
        FirstRows().check(first)
        file.seek(0)
        return first.detected


def size_of(file: BinaryIO) -> int:
    """Return how many bytes a file has; reading goes on where it was."""
    position = file.tell()
    size = file.seek(0, SEEK_END)
    file.seek(position)
    return size


@dataclass(frozen=True, slots=True)
class FileSource:
    """A `ChunkSource` on a file that somebody else opened and will close."""

    reader: CsvReader
    file: BinaryIO
    options: ReadOptions = DEFAULTS

    def read(self, start: ResumePoint | None = None) -> AsyncGenerator[TrackChunk, None]:
        """Yield the chunks of the file."""
        return self.reader.read(self.file, start, self.options)


@dataclass(frozen=True, slots=True)
class SpooledSource:
    """A `ChunkSource` on the file of a batch in the spool, which is open only while it is read."""

    reader: CsvReader
    spool: Spool
    stored: PostgresReadOptions
    batch_id: UUID

    async def read(self, start: ResumePoint | None = None) -> AsyncGenerator[TrackChunk, None]:
        """Yield the chunks of the file.

        Raises
        ------
        FileNotFoundError
            The file is not in the spool any more.
        SpoolError
            The spool cannot be read at the moment.
        """
        options = await find_options(self.stored, self.batch_id)
        with await anyio.to_thread.run_sync(self.spool.open, self.batch_id) as file:
            async with aclosing(self.reader.read(file, start, options)) as chunks:
                async for chunk in chunks:
                    yield chunk
