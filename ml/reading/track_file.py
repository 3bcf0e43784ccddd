"""Read a file of tracks of any accepted format; the content tells which it is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from ml.reading.compression import ContentLimits, TrackContent
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.tracks_csv import DEFAULT_CHUNK_BYTES, read_tracks, resume_tracks
from ml.track import FilePosition, TrackChunk, joined_chunks

DEFAULT_LIMITS = ContentLimits()


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
        content = TrackContent(self.file, self.limits)
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

    def read_all(self) -> TrackChunk:
        """Read the whole file into one chunk, for files known to be small such as training data."""
        return joined_chunks(list(self.read()))
