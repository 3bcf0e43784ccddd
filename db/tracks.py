"""Read classified tracks: by genre, by id."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import cast
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.keyset import read_page
from db.models import TITLE_WORDS, ModelVersionRow, TrackRow
from db.records import GenreCount, Page, TitleRecord, TrackRecord, Window
from db.title_words import search_query

R = TypeVar("R")
TitleKey = tuple[str, int]
"""Where a track stands in its genre: title, then track id."""

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
        genre, count = col(TrackRow.genre), func.count()
        statement = select(genre, count).group_by(genre).order_by(genre)
        with translate_errors():
            async with self._sessions() as session:
                return [GenreCount(*row) for row in await session.execute(statement)]

    async def list_tracks(
        self, genre: str, window: Window[TitleKey], search: str | None = None
    ) -> Page[TrackRecord]:
        return await self._read_page(_select_tracks(), genre, window, search, _to_record)

    async def list_titles(
        self, genre: str, window: Window[TitleKey], search: str | None = None
    ) -> Page[TitleRecord]:
        columns: list[Any] = [col(TrackRow.track_id), col(TrackRow.title), col(TrackRow.genre)]
        titles = select(*columns)
        return await self._read_page(titles, genre, window, search, lambda row: TitleRecord(*row))

    async def _read_page(
        self,
        statement: Select[Any],
        genre: str,
        window: Window[TitleKey],
        search: str | None,
        make: Callable[[Any], R],
    ) -> Page[R]:
        matching = _matching(genre, search)
        if matching is None:
            return Page([], has_next=False, has_previous=False)
        key = (col(TrackRow.title), col(TrackRow.track_id))
        with translate_errors():
            async with self._sessions() as session:
                return await read_page(session, statement.where(*matching), key, window, make)

    async def count_tracks(self, genre: str, search: str | None = None) -> int:
        matching = _matching(genre, search)
        if matching is None:
            return 0
        statement = select(func.count()).select_from(TrackRow).where(*matching)
        with translate_errors():
            async with self._sessions() as session:
                return await session.scalar(statement) or 0

    async def find_tracks(self, track_ids: Sequence[int]) -> Mapping[int, TrackRecord]:
        statement = _select_tracks().where(col(TrackRow.track_id).in_(track_ids))
        with translate_errors():
            async with self._sessions() as session:
                rows = await session.execute(statement)
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
    ]
    same_model = col(ModelVersionRow.version) == col(TrackRow.model_version)
    return select(*columns).join_from(TrackRow, ModelVersionRow, same_model)


def _matching(genre: str, search: str | None) -> list[ColumnElement[bool]] | None:
    """Return the conditions of a listing; None if nothing can match."""
    conditions: list[ColumnElement[bool]] = [col(TrackRow.genre) == genre]
    if search is not None and search.strip():
        query = search_query(search)
        if query is None:
            return None
        words: ColumnElement[Any] = literal_column(TITLE_WORDS)
        conditions.append(words.op("@@", is_comparison=True)(cast(query, TSQUERY)))
    return conditions


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
        classified_at=row.classified_at,
        batch_id=batch_id,
    )
