"""Find a page of tracks in order, whether few or many tracks match.

Walk the index that orders the list until the page is full, which is soon if many tracks match.
Give up after a number of entries: then the matches are few or far away, and the planner finds all
of them by another index (batch, corrections, title words, range of confidences) and sorts. At worst
it reads every track once.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, func, literal, literal_column, select, text, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import cast
from sqlmodel import col

from db.models import TITLE_WORDS, TRACKS, GenreCountRow, ModelVersionRow
from db.records import Window
from db.tracks.filters import Thresholds, TrackFilter, TrackOrder
from db.tracks.walk import Catalogue, select_entries, select_sorted, walk

_ENTRIES_PER_TITLE = 200
"""How far to walk for each title of a page: 20,000 entries for 100, a few milliseconds."""
_TRACKS_PER_ROW = 50
_MOST_TRACKS = 20_000
"""The same when an entry is not enough and the track must be read: per row, and in total."""
_SAMPLE_ENTRIES = 4_000
_COMMON_SHARE = 0.01
"""Above this share, a word's list costs more than walking all titles of a genre."""
# Reading a third of all tracks in index order would read each table page many times.
_PREFER_BITMAPS = text("SET LOCAL random_page_cost = 1.4")


async def find_rows(
    session: AsyncSession, wanted: TrackFilter, order: TrackOrder, window: Window[Any]
) -> list[Any]:
    """Return one row more than `window` asks for, with `track_id`, `title` and `genre`."""
    limit = window.limit + 1
    catalogue = await _look(session, wanted)
    if wanted.words is None or not catalogue.genres:
        return []
    is_in_index = order.is_of_titles and _is_in_index(wanted)
    far = limit * _ENTRIES_PER_TITLE if is_in_index else min(limit * _TRACKS_PER_ROW, _MOST_TRACKS)
    rows = list(await session.execute(walk(order, catalogue, wanted, window, limit, far)))
    if len(rows) == limit or wanted.is_range(order):
        return rows
    start: Window[Any] = window if order is TrackOrder.TITLE else Window(0)
    conditions = await _conditions(session, catalogue, wanted, start)
    if not is_in_index:
        await session.execute(_PREFER_BITMAPS)
    return list(await session.execute(select_sorted(order, conditions, window, limit)))


async def count_rows(session: AsyncSession, wanted: TrackFilter) -> int:
    """Count the tracks on all pages; at worst, every track is read once."""
    if wanted.words is None:
        return 0
    if wanted.is_by_genre:
        return await _count_of_genre(session, wanted.genre)
    conditions = await _conditions(session, await _look(session, wanted), wanted, Window(0))
    statement = select(func.count()).select_from(TRACKS).where(*conditions)
    if not _is_in_index(wanted):
        await session.execute(_PREFER_BITMAPS)
    return await session.scalar(statement) or 0


def _is_in_index(wanted: TrackFilter) -> bool:
    """Whether the index by title has all that the conditions look at."""
    return wanted.column_names <= {"genre", "title_words"}


async def _count_of_genre(session: AsyncSession, genre: str | None) -> int:
    total = select(func.sum(col(GenreCountRow.track_count)))
    if genre is not None:
        total = total.where(col(GenreCountRow.genre) == genre)
    return int(await session.scalar(total) or 0)


async def _look(session: AsyncSession, wanted: TrackFilter) -> Catalogue:
    """Read what the walk needs to know and `wanted` does not say."""
    genres, thresholds = [wanted.genre or ""], Thresholds()
    if wanted.genre is None:
        genre, count = col(GenreCountRow.genre), func.sum(col(GenreCountRow.track_count))
        stored = select(genre).group_by(genre).having(count > 0).order_by(genre)
        genres = list(await session.scalars(stored))
    if wanted.uncertain is not None:
        threshold = col(ModelVersionRow.uncertain_below)
        extremes = await session.execute(select(func.min(threshold), func.max(threshold)))
        lowest, highest = extremes.one()
        thresholds = Thresholds(lowest or 0.0, highest or 0.0)
    return Catalogue(genres, thresholds)


async def _conditions(
    session: AsyncSession, catalogue: Catalogue, wanted: TrackFilter, start: Window[Any]
) -> list[ColumnElement[bool]]:
    """Return exact conditions, and one for the inverted index if its list is worth reading.

    It uses only the rarest word, because the lists of common words are long. Their frequencies are
    sampled from `start` on.
    """
    conditions = wanted.indexed(catalogue.thresholds)
    rarest = await _rarest(session, catalogue, wanted.words or (), start)
    if rarest is not None:
        lexemes: ColumnElement[Any] = literal_column(TITLE_WORDS)
        query = cast(f"'{rarest}':*", TSQUERY)
        conditions.append(lexemes.op("@@", is_comparison=True)(query))
    return conditions


async def _rarest(
    session: AsyncSession, catalogue: Catalogue, words: Sequence[str], start: Window[Any]
) -> str | None:
    """Sample the index for the rarest word; None if even that is common."""
    if len(words) <= 1:
        return words[0] if words else None
    sample = TrackFilter(search=words[0])  # for its column alone
    entries = select_entries(TrackOrder.TITLE, catalogue, sample, start, _SAMPLE_ENTRIES).subquery()
    # One parameter, as in `like_words`.
    each = func.unnest(literal(list(words), ARRAY(Text))).table_valued("word").render_derived()
    title = literal(" ").concat(entries.c.title_words)
    hits = func.count().filter(title.like(literal("% ").concat(each.c.word).concat("%")))
    counted = select(each.c.word, func.count(), hits).select_from(entries.join(each, true()))
    rows = (await session.execute(counted.group_by(each.c.word))).all()
    if not rows:
        return min(words, key=lambda word: (-len(word), word))
    total = rows[0][1]
    count, _, rarest = min((hits, -len(word), word) for word, _, hits in rows)
    return None if count / total > _COMMON_SHARE else rarest
