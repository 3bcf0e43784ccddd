"""Stored tracks as the source of a batch: classified again from the features that were kept."""

import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import numpy as np

from app.runtime.threads import ComputeThreads
from db.batches.reclassification import PostgresReclassifications
from db.batches.records import ResumePoint
from db.tracks.reclassify import PostgresStoredTracks, RawPage, StoredPage
from ml.basis import find_basis
from ml.columns import NUMBER_COLUMNS
from ml.track import FilePosition, Reject, RejectCode, TrackChunk, TrackTable, with_basis

SHOWN_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A `ChunkSource` on the tracks that a batch, which has been started, classifies again.

    It goes on after the id in `ResumePoint.byte`; `line` numbers the tracks from 1.
    """

    batch_id: uuid.UUID
    tracks: PostgresStoredTracks
    reclassifications: PostgresReclassifications
    threads: ComputeThreads

    async def read(self, start: ResumePoint | None = None) -> AsyncGenerator[TrackChunk, None]:
        """Yield pages of tracks in the order of their ids."""
        wanted = await self.reclassifications.find_wanted(self.batch_id)
        if start is None:
            await self.reclassifications.set_total(self.batch_id, await self.tracks.count(wanted))
        after, line = (-1, 1) if start is None else (start.byte, start.line)
        while (page := await self.tracks.read_page(wanted, after=after)) is not None:
            yield await self.threads.run(to_chunk, page, line)
            after, line = page.last_id, line + len(page.rows)


@dataclass(frozen=True, slots=True)
class StoredSources:
    """Makes the source of each batch that classifies stored tracks again."""

    tracks: PostgresStoredTracks
    reclassifications: PostgresReclassifications
    threads: ComputeThreads

    def source_of(self, batch_id: uuid.UUID) -> StoredSource:
        """Make the source of a batch."""
        return StoredSource(batch_id, self.tracks, self.reclassifications, self.threads)


def to_chunk(page: RawPage, line: int) -> TrackChunk:
    """Turn a page into tracks to classify, and rejects for those with missing features."""
    stored = page.decode(NUMBER_COLUMNS)
    assert stored.features.outdated is not None
    basis = find_basis(stored.titles, stored.features.tags, stored.features.numbers)
    is_readable = ~stored.features.outdated & (basis != 0)
    tracks = TrackTable(
        lines=np.arange(line, line + len(stored.track_ids)),
        track_ids=stored.track_ids,
        titles=stored.titles,
        tags=stored.features.tags,
        numbers=stored.features.numbers,
        classified_us=stored.classified_us,
    ).take(np.flatnonzero(is_readable))
    rejects = [_reject(stored, int(row), line) for row in np.flatnonzero(~is_readable)]
    end = FilePosition(page.last_id, line + len(page.rows))
    return TrackChunk(with_basis(tracks), rejects, len(page.rows), end)


def _reject(page: StoredPage, row: int, line: int) -> Reject:
    track_id = int(page.track_ids[row])
    missing = page.features.missing(row)
    if not page.has_features[row]:
        column, what = None, "no features"
    elif len(missing) in (0, len(page.features.columns)):
        column, what = None, "features that cannot be read"
    else:
        column, what = missing[0], f"features without {_name_some(missing)}"
    message = f"Track {track_id} is stored with {what}. Send the track again to classify it."
    return Reject(line + row, str(track_id), column, RejectCode.MISSING_VALUE, message)


def _name_some(columns: list[str]) -> str:
    named = ", ".join(columns[:SHOWN_COLUMNS])
    more = len(columns) - SHOWN_COLUMNS
    return f"{named} and {more} more columns" if more > 0 else named
