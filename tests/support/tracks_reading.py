"""Read made-up files of tracks in a test, and look at what came of it."""

import io
import random

from support.factories import csv_line, row

from ml.columns import NUMBER_COLUMNS
from ml.errors import EmptyCsvError, UnsupportedFileTypeError
from ml.reading.tracks_csv import read_tracks
from ml.track import TrackChunk, concat_tables


class Dribble:
    """A file that answers with fewer bytes than were asked for, as a socket does."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)
        self._random = random.Random(7)

    def read(self, size: int) -> bytes:
        return self._file.read(min(size, self._random.randint(1, 5000)))


def chunks_of(data: bytes, chunk_bytes: int = 8 * 1024 * 1024) -> list[TrackChunk]:
    chunks = list(read_tracks(io.BytesIO(data), chunk_bytes=chunk_bytes))
    for chunk in chunks:
        assert chunk.rows_read == len(chunk.tracks) + len(chunk.rejects)
    return chunks


def chunks_if_any(data: bytes, chunk_bytes: int = 8 * 1024 * 1024) -> list[TrackChunk]:
    try:
        return chunks_of(data, chunk_bytes)
    except (EmptyCsvError, UnsupportedFileTypeError):  # any bytes may look like Cyrillic
        return []


def read(data: bytes) -> TrackChunk:
    chunks = chunks_of(data)
    return TrackChunk(
        tracks=concat_tables([chunk.tracks for chunk in chunks]),
        rejects=[reject for chunk in chunks for reject in chunk.rejects],
        rows_read=sum(chunk.rows_read for chunk in chunks),
        end=chunks[-1].end,
    )


def line_of(**cells: str) -> bytes:
    """Return a line without quotes: with tags there would be commas."""
    return csv_line(row(tags="") | cells)


def numbers_of(chunk: TrackChunk, column: str) -> list[float]:
    found: list[float] = chunk.tracks.numbers[:, NUMBER_COLUMNS.index(column)].tolist()
    return found


def places(chunk: TrackChunk) -> list[tuple[int, str | None, str | None, str]]:
    return [(r.line, r.track_id, r.column, r.code.value) for r in chunk.rejects]
