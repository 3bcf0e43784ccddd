"""Read classified tracks: by genre, by id."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.keyset import read_page
from db.models import GenreCountRow, ModelVersionRow, TrackRow
from db.records import GenreCount, Page, TitleRecord, TrackRecord, Window
from db.tracks.search import count_titles, find_titles
from db.tracks.words import search_words

TitleKey = tuple[str, int]
"""Where a track stands in its genre: title, then track id."""

_KEY = (col(TrackRow.title), col(TrackRow.track_id))
_DECIMALS = 7
"""Probabilities are stored as float4, which has about seven."""


class TrackRepository(Protocol):
    """Where classified tracks are read."""

    async def list_genres(self) -> list[GenreCount]:
        """List genres with at least one track, by name."""

    async def list_tracks(
        self, genre: str, window: Window[TitleKey], search: str | None = None
    ) -> Page[TrackRecord]:
        """List tracks of `genre` by title, then track id; empty for an unknown genre.

        `search` keeps titles that have a word beginning with each of its words, accents and case
        ignored.
        """

    async def list_titles(
        self, genre: str, window: Window[TitleKey], search: str | None = None
    ) -> Page[TitleRecord]:
        """Give what `list_tracks` does, titles and ids alone: an index has them by itself."""

    async def count_tracks(self, genre: str, search: str | None = None) -> int:
        """Count the tracks that `list_tracks` has over all pages."""

    async def find_tracks(self, track_ids: Sequence[int]) -> Mapping[int, TrackRecord]:
        """Return the tracks that are stored, by id."""


class PostgresTracks:
    """`TrackRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def list_genres(self) -> list[GenreCount]:
        genre, count = col(GenreCountRow.genre), _total()
        statement = select(genre, count).group_by(genre).having(count > 0).order_by(genre)
        with translate_errors():
            async with self._sessions() as session:
                return [
                    GenreCount(name, int(total)) for name, total in await session.execute(statement)
                ]

    async def list_tracks(
        self, genre: str, window: Window[TitleKey], search: str | None = None
    ) -> Page[TrackRecord]:
        with translate_errors():
            async with self._sessions() as session:
                if search is not None and search.strip():
                    titles = await _search(session, genre, window, search)
                    return await _details(session, titles)
                statement = _select_tracks().where(col(TrackRow.genre) == genre)
                return await read_page(session, statement, _KEY, window, _to_record)

    async def list_titles(
        self, genre: str, window: Window[TitleKey], search: str | None = None
    ) -> Page[TitleRecord]:
        columns: list[Any] = [col(TrackRow.track_id), col(TrackRow.title), col(TrackRow.genre)]
        statement = select(*columns).where(col(TrackRow.genre) == genre)
        with translate_errors():
            async with self._sessions() as session:
                if search is not None and search.strip():
                    return await _search(session, genre, window, search)
                return await read_page(
                    session, statement, _KEY, window, lambda row: TitleRecord(*row)
                )

    async def count_tracks(self, genre: str, search: str | None = None) -> int:
        total = select(_total()).where(col(GenreCountRow.genre) == genre)
        with translate_errors():
            async with self._sessions() as session:
                if search is None or not search.strip():
                    return int(await session.scalar(total) or 0)
                words = search_words(search)
                return 0 if words is None else await count_titles(session, genre, words)

    async def find_tracks(self, track_ids: Sequence[int]) -> Mapping[int, TrackRecord]:
        statement = _select_tracks().where(col(TrackRow.track_id).in_(track_ids))
        with translate_errors():
            async with self._sessions() as session:
                rows = await session.execute(statement)
                return {row.track_id: _to_record(row) for row in rows}


def _total() -> Any:
    return func.sum(col(GenreCountRow.track_count))


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
        col(ModelVersionRow.uncertain_below),
    ]
    same_model = col(ModelVersionRow.version) == col(TrackRow.model_version)
    return select(*columns).join_from(TrackRow, ModelVersionRow, same_model)


async def _search(
    session: AsyncSession, genre: str, window: Window[TitleKey], search: str
) -> Page[TitleRecord]:
    words = search_words(search)
    if words is None:
        return Page([], has_next=False, has_previous=False)
    return await find_titles(session, genre, words, window)


async def _details(session: AsyncSession, titles: Page[TitleRecord]) -> Page[TrackRecord]:
    """Read the tracks of a page; one that was deleted since is left out."""
    ids = [title.track_id for title in titles.items]
    rows = await session.execute(_select_tracks().where(col(TrackRow.track_id).in_(ids)))
    found = {row.track_id: _to_record(row) for row in rows}
    items = [found[track_id] for track_id in ids if track_id in found]
    return Page(items, titles.has_next, titles.has_previous)


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
        probabilities=[(genre, round(share, _DECIMALS)) for genre, share in ranked],
        model_version=row.model_version,
        uncertain_below=round(row.uncertain_below, _DECIMALS),
        classified_at=row.classified_at,
        batch_id=batch_id,
    )
