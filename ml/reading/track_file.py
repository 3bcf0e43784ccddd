"""Read a file of tracks of any accepted format; the content tells which it is."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import SEEK_END
from typing import BinaryIO, Protocol

from ml.reading.compression import ContentLimits, TrackContent
from ml.reading.parquet.tracks_parquet import MAGIC as PARQUET_MAGIC
from ml.reading.parquet.tracks_parquet import read_parquet
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.tracks_csv import DEFAULT_CHUNK_BYTES, read_tracks, resume_tracks
from ml.reading.xlsx.package import MAGIC as XLSX_MAGIC
from ml.reading.xlsx.tracks_xlsx import read_xlsx
from ml.track import FilePosition, TrackChunk, joined_chunks

DEFAULT_LIMITS = ContentLimits()
_PIECE_BYTES = 1024 * 1024


class PackedReader(Protocol):
    """Reads a format in which rows are not one after the other."""

    def __call__(
        self,
        file: BinaryIO,
        limits: ContentLimits,
        start: FilePosition | None,
        *,
        chunk_bytes: int,
        options: ReadOptions,
    ) -> Iterator[TrackChunk]:
        """Yield the chunks of a file."""


@dataclass(frozen=True, slots=True)
class TrackFile:
    """A file that can seek, and how much content may come out of it.

    Reading begins at its start, wherever it is; it is not closed.
    """

    file: BinaryIO
    limits: ContentLimits = DEFAULT_LIMITS

    def read(
        self,
        start: FilePosition | None = None,
        *,
        chunk_bytes: int = DEFAULT_CHUNK_BYTES,
        options: ReadOptions = DEFAULTS,
    ) -> Iterator[TrackChunk]:
        """Yield the tracks in chunks, from the first row or from the end of an earlier chunk.

        Raises
        ------
        CsvError
            As `ml.reading.tracks_csv.read_tracks`; also if compressed data is damaged, or has more
            content than the limits allow.
        """
        magic, content = self.begin()
        if magic is not None:
            read = read_xlsx if magic == XLSX_MAGIC else read_parquet
            yield from self._read_packed(read, content, start, chunk_bytes, options)
            return
        if start is None:
            chunks = read_tracks(content, chunk_bytes=chunk_bytes, options=options)
        else:
            chunks = resume_tracks(content, start, chunk_bytes=chunk_bytes, options=options)
        for chunk in chunks:
            assert chunk.detected is not None
            yield replace(
                chunk,
                bytes_read=content.bytes_read(chunk.bytes_read),
                detected=replace(chunk.detected, compression=content.compression),
            )

    def begin(self) -> tuple[bytes | None, TrackContent]:
        """Return the mark at the start of XLSX or Parquet, None for text, and the content."""
        content = TrackContent(self.file, self.limits)
        magic = content.read(len(XLSX_MAGIC))
        content.seek(0)
        return magic if magic in (XLSX_MAGIC, PARQUET_MAGIC) else None, content

    @contextlib.contextmanager
    def unpacked(self, content: TrackContent) -> Iterator[BinaryIO]:
        """Return the file itself, or a copy that is unpacked if it is compressed."""
        if content.compression is None:
            self.file.seek(0)
            yield self.file
            return
        with tempfile.TemporaryFile() as copy:
            while piece := content.read(_PIECE_BYTES):
                copy.write(piece)
            copy.seek(0)
            yield copy

    def _read_packed(
        self,
        read: PackedReader,
        content: TrackContent,
        start: FilePosition | None,
        chunk_bytes: int,
        options: ReadOptions,
    ) -> Iterator[TrackChunk]:
        """Read a format that needs the whole file, unpacked first if it is compressed as well."""
        with self.unpacked(content) as whole:
            whole_bytes, packed_bytes = _size_of(whole), _size_of(self.file)
            for chunk in read(whole, self.limits, start, chunk_bytes=chunk_bytes, options=options):
                assert chunk.detected is not None
                yield replace(
                    chunk,
                    bytes_read=chunk.bytes_read * packed_bytes // whole_bytes,
                    detected=replace(chunk.detected, compression=content.compression),
                )

    def read_all(self) -> TrackChunk:
        """Read the whole file into one chunk, for files known to be small such as training data."""
        return joined_chunks(list(self.read()))


def _size_of(file: BinaryIO) -> int:
    size = max(1, file.seek(0, SEEK_END))
    file.seek(0)
    return size
