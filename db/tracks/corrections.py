"""Store, withdraw, list and count people's corrections.

The table `corrections` is the source of truth and outlives tracks and batches; triggers copy it to
the tracks. Every change first locks the tracks in the order of their ids, so it cannot deadlock
with a batch that writes them, nor miss one that is being deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.keyset import read_page
from db.models import CorrectionRow, TrackRow
from db.records import GenreCount, Page, TrackRecord, Window
from db.tracks.repository import read_tracks

CorrectionKey = tuple[datetime, int]
"""Position of a correction in a list: its time, then the track id."""


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """A genre given to a track by a person."""

    track_id: int
    genre: str


@dataclass(frozen=True, slots=True)
class CorrectionRecord:
    """A person's correction; title, prediction and model are those at that time."""

    track_id: int
    genre: str
    title: str
    predicted_genre: str
    model_version: str
    corrected_by: str | None
    corrected_at: datetime

    @property
    def is_confirmation(self) -> bool:
        """Whether the person agreed with the model."""
        return self.genre == self.predicted_genre


@dataclass(frozen=True, slots=True)
class CorrectionFilter:
    """Selects corrections by client and by earliest time."""

    client_id: str | None = None
    since: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the SQL conditions."""
        conditions: list[ColumnElement[bool]] = []
        if self.client_id is not None:
            conditions.append(col(CorrectionRow.corrected_by) == self.client_id)
        if self.since is not None:
            conditions.append(col(CorrectionRow.corrected_at) >= self.since)
        return conditions


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """How many corrections were withdrawn, and whether any are left."""

    count: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Corrected:
    """The tracks as one change left them, by id; none if some are not stored."""

    unknown: Sequence[int]
    tracks: Mapping[int, TrackRecord]


class CorrectionRepository(Protocol):
    """Stores corrections."""

    async def correct_genres(
        self, corrections: Sequence[NewCorrection], client_id: str | None
    ) -> Corrected:
        """Store all corrections or none; each replaces the track's earlier one.

        If there are unknown tracks, no correction was stored.
        Track ids must be unique. A correction may agree with the prediction. It is kept when the
        track is classified again or deleted.
        """

    async def clear_corrections(self, track_ids: Sequence[int]) -> Corrected:
        """Delete the corrections of tracks, if any; nothing if there are unknown tracks."""

    async def withdraw(self, wanted: CorrectionFilter, limit: int) -> Withdrawal:
        """Delete up to `limit` corrections, newest first, including those of deleted tracks."""

    async def list_corrections(
        self, wanted: CorrectionFilter, window: Window[CorrectionKey]
    ) -> Page[CorrectionRecord]:
        """List corrections, newest first."""

    async def count_corrections(self, wanted: CorrectionFilter) -> int:
        """Count the corrections on all pages of `list_corrections`."""

    async def count_by_genre(self) -> list[GenreCount]:
        """Count the corrections to each genre, by name."""

    async def list_genres(self) -> list[str]:
        """List the genres of corrections, by name; the cost does not depend on their number."""


_LOCK_TRACKS = (
    select(col(TrackRow.track_id)).order_by(col(TrackRow.track_id)).with_for_update(key_share=True)
)
# The statement's time is after the wait for the locks, and the same for all rows.
_CORRECT = text("""
INSERT INTO corrections AS kept (
    track_id, genre, title, predicted_genre, model_version, corrected_by, corrected_at
)
SELECT track_id, given.genre, title, predicted_genre, model_version, :client_id,
    statement_timestamp()
FROM tracks JOIN unnest(CAST(:track_ids AS bigint[]), CAST(:genres AS text[]))
    AS given(track_id, genre) USING (track_id)
ON CONFLICT (track_id) DO UPDATE SET
    genre = excluded.genre, title = excluded.title, predicted_genre = excluded.predicted_genre,
    model_version = excluded.model_version, corrected_by = excluded.corrected_by,
    corrected_at = excluded.corrected_at
""")
# Jumps from genre to genre in the index.
_GENRES = text("""
WITH RECURSIVE given AS (
    (SELECT genre FROM corrections ORDER BY genre LIMIT 1)
    UNION ALL
    SELECT (SELECT genre FROM corrections WHERE genre > given.genre ORDER BY genre LIMIT 1)
    FROM given WHERE given.genre IS NOT NULL
)
SELECT genre FROM given WHERE genre IS NOT NULL
""")


class PostgresCorrections:
    """`CorrectionRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def correct_genres(
        self, corrections: Sequence[NewCorrection], client_id: str | None
    ) -> Corrected:
        track_ids = [correction.track_id for correction in corrections]
        genres = [correction.genre for correction in corrections]
        given = {"track_ids": track_ids, "genres": genres, "client_id": client_id}
        with translate_errors():
            async with self._sessions.begin() as session:
                unknown = await _lock_tracks(session, track_ids)
                if not unknown:
                    await session.execute(_CORRECT, given)
                return await _read(session, unknown, track_ids)

    async def clear_corrections(self, track_ids: Sequence[int]) -> Corrected:
        clear = delete(CorrectionRow).where(col(CorrectionRow.track_id).in_(track_ids))
        with translate_errors():
            async with self._sessions.begin() as session:
                unknown = await _lock_tracks(session, track_ids)
                if not unknown:
                    await session.execute(clear)
                return await _read(session, unknown, track_ids)

    async def withdraw(self, wanted: CorrectionFilter, limit: int) -> Withdrawal:
        conditions = wanted.conditions()
        newest = select(col(CorrectionRow.track_id)).where(*conditions).order_by(*_NEWEST)
        with translate_errors():
            async with self._sessions.begin() as session:
                found = list(await session.scalars(newest.limit(limit + 1)))
                track_ids = found[:limit]
                await _lock_tracks(session, track_ids)
                chosen = col(CorrectionRow.track_id).in_(track_ids)
                result: Any = await session.execute(
                    delete(CorrectionRow).where(chosen, *conditions)
                )
                return Withdrawal(result.rowcount, has_more=len(found) > limit)

    async def list_corrections(
        self, wanted: CorrectionFilter, window: Window[CorrectionKey]
    ) -> Page[CorrectionRecord]:
        statement = select(CorrectionRow).where(*wanted.conditions())
        with translate_errors():
            async with self._sessions() as session:
                return await read_page(
                    session,
                    statement,
                    (col(CorrectionRow.corrected_at), col(CorrectionRow.track_id)),
                    window,
                    lambda row: _to_record(row[0]),
                    descending=True,
                )

    async def count_corrections(self, wanted: CorrectionFilter) -> int:
        statement = select(func.count()).select_from(CorrectionRow).where(*wanted.conditions())
        with translate_errors():
            async with self._sessions() as session:
                return await session.scalar(statement) or 0

    async def count_by_genre(self) -> list[GenreCount]:
        genre = col(CorrectionRow.genre)
        statement = select(genre, func.count()).group_by(genre).order_by(genre)
        with translate_errors():
            async with self._sessions() as session:
                return [GenreCount(*row) for row in await session.execute(statement)]

    async def list_genres(self) -> list[str]:
        with translate_errors():
            async with self._sessions() as session:
                return list(await session.scalars(_GENRES))


_NEWEST = (col(CorrectionRow.corrected_at).desc(), col(CorrectionRow.track_id).desc())


async def _lock_tracks(session: AsyncSession, track_ids: Sequence[int]) -> list[int]:
    """Lock tracks until the transaction ends, and return those that do not exist."""
    locked = _LOCK_TRACKS.where(col(TrackRow.track_id).in_(track_ids))
    stored = set(await session.scalars(locked))
    return [track_id for track_id in track_ids if track_id not in stored]


async def _read(
    session: AsyncSession, unknown: Sequence[int], track_ids: Sequence[int]
) -> Corrected:
    """Read the tracks while they are locked: afterwards, others may have corrected them."""
    return Corrected(unknown, {} if unknown else await read_tracks(session, track_ids))


def _to_record(row: CorrectionRow) -> CorrectionRecord:
    return CorrectionRecord(
        row.track_id,
        row.genre,
        row.title,
        row.predicted_genre,
        row.model_version,
        row.corrected_by,
        row.corrected_at,
    )
