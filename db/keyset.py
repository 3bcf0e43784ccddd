"""Keyset pagination: a page costs the same wherever it is in the list."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.records import Page, Window

R = TypeVar("R")


async def read_page(
    session: AsyncSession,
    statement: Select[Any],
    key: Sequence[Any],
    window: Window[Any],
    make: Callable[[Any], R],
    *,
    descending: bool = False,
) -> Page[R]:
    """Read a window of `statement`, ordered by `key`, which must be unique."""
    statement = select_window(statement, key, window, window.limit + 1, descending=descending)
    return make_page(list(await session.execute(statement)), window, make)


def select_window(
    statement: Select[Any],
    key: Sequence[Any],
    window: Window[Any],
    limit: int,
    *,
    descending: bool = False,
) -> Select[Any]:
    """Select the first `limit` rows of a window; backwards, the last rows in reverse.

    All parts of the key have the same direction, so one row comparison finds the start in an index.
    """
    downwards = descending != window.backwards
    order = [column.desc() if downwards else column.asc() for column in key]
    between = in_window(key, window, descending=descending)
    return statement.where(*between).order_by(*order).limit(limit)


def in_window(
    key: Sequence[Any], window: Window[Any], *, descending: bool = False
) -> list[ColumnElement[bool]]:
    """Return the conditions for rows inside a window."""
    columns = tuple_(*key)
    conditions: list[ColumnElement[bool]] = []
    for bound, above in ((window.after, not descending), (window.before, descending)):
        if bound is not None:
            edge = tuple_(*bound)
            conditions.append(columns > edge if above else columns < edge)
    return conditions


def make_page(rows: list[Any], window: Window[Any], make: Callable[[Any], R]) -> Page[R]:
    """Turn the rows of `select_window` into a page; one row beyond the limit means more follow."""
    more = len(rows) > window.limit
    rows = rows[: window.limit]
    if window.backwards:
        rows.reverse()
    items = [make(row) for row in rows]
    if window.backwards:
        return Page(items, has_next=window.before is not None, has_previous=more)
    return Page(items, has_next=more, has_previous=window.after is not None)
