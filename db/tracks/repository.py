"""Read classified tracks, by list or by id."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.keyset import make_page, read_page
from db.models import GenreCountRow, ModelVersionRow, TrackRow
from db.records import GenreCount, Page, TitleRecord, TrackRecord, Window
from db.time_limits import allow_long
from db.tracks.filters import TrackFilter, TrackOrder
from db.tracks.search import count_rows, find_rows

TitleKey = tuple[str, int]
"""Position of a track in a list by title: its title, then its id."""
ConfidenceKey = tuple[float, int]
"""Position of a track in a list by confidence: its exact confidence, then its id."""
GenreKey = tuple[str, str, int]
"""Position of a track in a list by genre: its genre, its title, then its id."""

_KEY = (col(TrackRow.title), col(TrackRow.track_id))
_IS_UNCERTAIN = (col(TrackRow.confidence) < col(ModelVersionRow.uncertain_below)).label(
    "is_uncertain"
)
_DECIMALS = 7
"""Probabilities are stored as float4, which has about seven decimals."""


class TrackRepository(Protocol):
    """Reads classified tracks."""

    async def list_genres(self) -> list[GenreCount]:
        """List genres with at least one track, by name."""

    async def list_tracks(
        self, wanted: TrackFilter, order: TrackOrder, window: Window[Any]
    ) -> Page[TrackRecord]:
        """List tracks; the window's keys are those of `order`, such as `TitleKey`."""

    async def list_titles(self, wanted: TrackFilter, window: Window[TitleKey]) -> Page[TitleRecord]:
        """List only titles and ids, by title, which can often be read from an index alone."""

    async def count_tracks(self, wanted: TrackFilter) -> int:
        """Count the tracks on all pages of `list_tracks`."""

    async def find_tracks(self, track_ids: Sequence[int]) -> Mapping[int, TrackRecord]:
        """Return stored tracks by id."""


class PostgresTracks:
    """`TrackRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def list_genres(self) -> list[GenreCount]:
        genre, count = col(GenreCountRow.genre), func.sum(col(GenreCountRow.track_count))
        statement = select(genre, count).group_by(genre).having(count > 0).order_by(genre)
        with translate_errors():
            async with self._sessions() as session:
                return [
                    GenreCount(name, int(total)) for name, total in await session.execute(statement)
                ]

    async def list_tracks(
        self, wanted: TrackFilter, order: TrackOrder, window: Window[Any]
    ) -> Page[TrackRecord]:
        with translate_errors():
            async with self._sessions() as session:
                if order is TrackOrder.TITLE and wanted.genre is not None and wanted.is_by_genre:
                    statement = _select_tracks().where(col(TrackRow.genre) == wanted.genre)
                    return await read_page(session, statement, _KEY, window, _to_record)
                rows = await find_rows(session, wanted, order, window)
                return await _details(session, make_page(rows, window, _to_id))

    async def list_titles(self, wanted: TrackFilter, window: Window[TitleKey]) -> Page[TitleRecord]:
        with translate_errors():
            async with self._sessions() as session:
                rows = await find_rows(session, wanted, TrackOrder.TITLE, window)
        return make_page(rows, window, _to_title)

    async def count_tracks(self, wanted: TrackFilter) -> int:
        with translate_errors():
            async with self._sessions() as session:
                if not wanted.is_by_genre:  # those are counted already
                    await allow_long(await session.connection())
                return await count_rows(session, wanted)

    async def find_tracks(self, track_ids: Sequence[int]) -> Mapping[int, TrackRecord]:
        with translate_errors():
            async with self._sessions() as session:
                return await read_tracks(session, track_ids)


async def read_tracks(session: AsyncSession, track_ids: Sequence[int]) -> dict[int, TrackRecord]:
    """Return stored tracks by id, in the caller's transaction."""
    rows = await session.execute(_select_tracks().where(col(TrackRow.track_id).in_(track_ids)))
    return {row.track_id: _to_record(row) for row in rows}


def _select_tracks() -> Select[Any]:
    columns: list[Any] = [
        col(TrackRow.track_id),
        col(TrackRow.title),
        col(TrackRow.genre),
        col(TrackRow.predicted_genre),
        col(TrackRow.corrected_genre),
        col(TrackRow.corrected_by),
        col(TrackRow.corrected_at),
        col(TrackRow.confidence),
        col(TrackRow.probabilities),
        col(TrackRow.model_version),
        col(TrackRow.classified_at),
        col(TrackRow.batch_id),
        col(ModelVersionRow.genres),
        _IS_UNCERTAIN,
    ]
    same_model = col(ModelVersionRow.version) == col(TrackRow.model_version)
    return select(*columns).join_from(TrackRow, ModelVersionRow, same_model)


async def _details(session: AsyncSession, page: Page[int]) -> Page[TrackRecord]:
    """Read the tracks of a page; one deleted in the meantime is left out."""
    found = await read_tracks(session, page.items)
    items = [found[track_id] for track_id in page.items if track_id in found]
    return Page(items, page.has_next, page.has_previous)


def _to_id(row: Any) -> int:
    track_id: int = row.track_id
    return track_id


def _to_title(row: Any) -> TitleRecord:
    return TitleRecord(row.track_id, row.title, row.genre)


def _to_record(row: Any) -> TrackRecord:
    pairs = zip(row.genres, row.probabilities, strict=True)
    ranked = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    batch_id: uuid.UUID | None = row.batch_id
    return TrackRecord(
        track_id=row.track_id,
        title=row.title,
        genre=row.genre,
        predicted_genre=row.predicted_genre,
        corrected_genre=row.corrected_genre,
        corrected_by=row.corrected_by,
        corrected_at=row.corrected_at,
        confidence=round(row.confidence, _DECIMALS),
        exact_confidence=row.confidence,
        probabilities=[(genre, round(share, _DECIMALS)) for genre, share in ranked],
        model_version=row.model_version,
        is_uncertain=row.is_uncertain,
        classified_at=row.classified_at,
        batch_id=batch_id,
    )
