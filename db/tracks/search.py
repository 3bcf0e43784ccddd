"""Find titles by the beginnings of their words, page by page, for rare words and for common ones.

Two indexes can answer. The one that orders titles carries their words too: it is walked until a
page is full, which is soon for a common word. The inverted one lists the tracks of each word, which
are few for a rare one. The walk comes first and is given up after a number of entries; the words
are not common together then, and the planner chooses between the rarest word's list and the walk.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import cast
from sqlmodel import col

from db.keyset import make_page, select_window
from db.models import TITLE_WORDS, TrackRow
from db.records import Page, TitleRecord, Window

TitleWindow = Window[tuple[str, int]]

_ENTRIES_PER_TITLE = 200
"""How far to walk for each title of a page: 20,000 entries for 100, a few milliseconds."""
_SAMPLE_ENTRIES = 4_000
_COMMON_SHARE = 0.01
"""From here on a word's list costs more than a walk over all titles of a genre."""


async def find_titles(
    session: AsyncSession, genre: str, words: Sequence[str], window: TitleWindow
) -> Page[TitleRecord]:
    """Read a window of the titles that have words beginning with each of `words`."""
    limit = window.limit + 1
    rows = list(await session.execute(_walk(genre, words, window, limit)))
    if len(rows) < limit:
        conditions = await _conditions(session, genre, words, window)
        statement = select_window(_titles(*conditions), _key(), window, limit)
        rows = list(await session.execute(statement))
    return make_page(rows, window, lambda row: TitleRecord(*row[:3]))


async def count_titles(session: AsyncSession, genre: str, words: Sequence[str]) -> int:
    """Count the titles over all pages: at most, the index is walked over the whole genre."""
    conditions = await _conditions(session, genre, words, Window(0))
    statement = select(func.count()).select_from(TrackRow).where(*conditions)
    return await session.scalar(statement) or 0


def _walk(genre: str, words: Sequence[str], window: TitleWindow, limit: int) -> Select[Any]:
    entries = _entries(genre, window, limit * _ENTRIES_PER_TITLE)
    order: list[Any] = [entries.c.title, entries.c.track_id]
    if window.backwards:
        order = [column.desc() for column in order]
    found = select(entries).where(*_like(entries.c.title_words, words))
    return found.order_by(*order).limit(limit)


async def _conditions(
    session: AsyncSession, genre: str, words: Sequence[str], window: TitleWindow
) -> list[ColumnElement[bool]]:
    """Return exact conditions, and one for the inverted index if its list is worth reading.

    All words there would cost more, as the lists of common ones are long.
    """
    conditions = [col(TrackRow.genre) == genre, *_like(col(TrackRow.title_words), words)]
    rarest = await _rarest(session, genre, words, window)
    if rarest is not None:
        lexemes: ColumnElement[Any] = literal_column(TITLE_WORDS)
        query = cast(f"'{rarest}':*", TSQUERY)
        conditions.append(lexemes.op("@@", is_comparison=True)(query))
    return conditions


async def _rarest(
    session: AsyncSession, genre: str, words: Sequence[str], window: TitleWindow
) -> str | None:
    """Compare words in the next entries of the index; None if even the rarest one is common."""
    if len(words) == 1:
        return words[0]
    entries = _entries(genre, window, _SAMPLE_ENTRIES)
    hits = [func.count().filter(like) for like in _like(entries.c.title_words, words)]
    total, *counts = (await session.execute(select(func.count(), *hits).select_from(entries))).one()
    count, _, word = min((n, -len(word), word) for n, word in zip(counts, words, strict=True))
    return None if total and count / total > _COMMON_SHARE else word


def _entries(genre: str, window: TitleWindow, limit: int) -> Subquery:
    titles = _titles(col(TrackRow.genre) == genre)
    return select_window(titles, _key(), window, limit).subquery()


def _titles(*conditions: ColumnElement[bool]) -> Select[Any]:
    columns: list[Any] = [col(TrackRow.track_id), col(TrackRow.title), col(TrackRow.genre)]
    return select(*columns, col(TrackRow.title_words)).where(*conditions)


def _like(title_words: Any, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Compare as text, several times faster than as lexemes; words have only letters and digits."""
    return [literal(" ").concat(title_words).like(f"% {word}%") for word in words]


def _key() -> tuple[Any, Any]:
    return col(TrackRow.title), col(TrackRow.track_id)
