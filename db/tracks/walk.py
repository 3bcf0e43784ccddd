"""Walk a list's index from the start of a page, for a bounded number of entries.

Titles are indexed by genre, which is also an order; a list by title merges the genres as they are
read. Confidences are indexed in small steps, which costs a batch a third of an index on exact
values; a page sorts the tracks in the steps it reaches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union_all

from db.keyset import in_window
from db.models import TRACKS
from db.records import Window
from db.tracks.filters import STEP, Thresholds, TrackFilter, TrackOrder, step_of

_SHOWN = ("track_id", "title", "genre")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a walk needs to know about the stored tracks.

    `genres` are all stored genres, or only the selected one.
    """

    genres: Sequence[str]
    thresholds: Thresholds


def walk(
    order: TrackOrder,
    catalogue: Catalogue,
    wanted: TrackFilter,
    window: Window[Any],
    limit: int,
    far: int,
) -> Select[Any]:
    """Select up to `limit` matching tracks among the next `far` entries of the index."""
    if wanted.is_range(order):
        return select_entries(order, catalogue, wanted, window, limit)
    entries = select_entries(order, catalogue, wanted, window, far).subquery()
    found = select(entries).where(*wanted.conditions(entries.c))
    return found.order_by(*_ordering(order, entries.c, window)).limit(limit)


def select_entries(
    order: TrackOrder,
    catalogue: Catalogue,
    wanted: TrackFilter,
    window: Window[Any],
    limit: int,
) -> Select[Any]:
    """Select the next `limit` entries of the index, with the columns that `wanted` uses."""
    names = [*_SHOWN, *sorted(wanted.column_names.difference(_SHOWN))]
    if order is TrackOrder.TITLE:
        return _titles(catalogue.genres, names, window, limit)
    if order is TrackOrder.GENRE:
        of_genre = [] if wanted.genre is None else [TRACKS.c.genre == wanted.genre]
        shown = select(*(TRACKS.c[name] for name in names)).where(*of_genre)
        return _cut(shown, order, window, limit)
    columns = [TRACKS.c[name] for name in dict.fromkeys([*names, "confidence"])]
    between = [*wanted.range(catalogue.thresholds), *_steps_of(window)]
    found = select(*columns, STEP.label("step")).where(*between)
    return _cut(found, order, window, limit)


def select_sorted(
    order: TrackOrder, conditions: Iterable[ColumnElement[bool]], window: Window[Any], limit: int
) -> Select[Any]:
    """Select the first `limit` tracks that meet `conditions`; the planner finds and sorts them."""
    columns = [TRACKS.c[name] for name in _SHOWN]  # with more, no index would have them all
    key = key_of(order, TRACKS.c)
    found = select(*columns).where(*conditions, *in_window(key, window))
    return found.order_by(*_directed(key, window)).limit(limit)


def key_of(order: TrackOrder, columns: Any) -> tuple[Any, ...]:
    """Return the columns that order a list and locate a page."""
    if order is TrackOrder.GENRE:
        return columns.genre, columns.title, columns.track_id
    first = columns.title if order is TrackOrder.TITLE else columns.confidence
    return first, columns.track_id


def _titles(
    genres: Sequence[str], names: Sequence[str], window: Window[Any], limit: int
) -> Select[Any]:
    shown = select(*(TRACKS.c[name] for name in names))
    # Without a limit on each, the planner would not use the order of the index.
    parts = [
        _cut(shown.where(TRACKS.c.genre == genre), TrackOrder.TITLE, window, limit)
        for genre in genres
    ]
    if len(parts) == 1:
        return parts[0]
    merged = union_all(*parts).subquery()
    ordering = _ordering(TrackOrder.TITLE, merged.c, window)
    return select(merged).order_by(*ordering).limit(limit)


def _cut(found: Select[Any], order: TrackOrder, window: Window[Any], limit: int) -> Select[Any]:
    """Limit entries to a window, in index order."""
    found = found.where(*in_window(key_of(order, TRACKS.c), window))
    key = key_of(order, TRACKS.c)
    index = key if order.is_of_titles else (STEP, *key)
    return found.order_by(*_directed(index, window)).limit(limit)


def _ordering(order: TrackOrder, columns: Any, window: Window[Any]) -> list[ColumnElement[Any]]:
    key = key_of(order, columns)
    return _directed(key if order.is_of_titles else (columns.step, *key), window)


def _directed(key: Sequence[Any], window: Window[Any]) -> list[ColumnElement[Any]]:
    return [column.desc() if window.backwards else column.asc() for column in key]


def _steps_of(window: Window[Any]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if window.after is not None:
        found.append(step_of(window.after[0]) <= STEP)
    if window.before is not None:
        found.append(step_of(window.before[0]) >= STEP)
    return found
