"""Pages of an ordered query by keyset: a page costs the same wherever it lies."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, tuple_
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
    """Read a window of `statement`, ordered by `key`, which must be unique.

    All parts of the key go the same way, so that one row comparison finds the start in an index.
    """
    columns = tuple_(*key)
    for bound, above in ((window.after, not descending), (window.before, descending)):
        if bound is not None:
            limit = tuple_(*bound)
            statement = statement.where(columns > limit if above else columns < limit)
    downwards = descending != window.backwards
    order = [column.desc() if downwards else column.asc() for column in key]
    rows = list(await session.execute(statement.order_by(*order).limit(window.limit + 1)))
    more = len(rows) > window.limit
    rows = rows[: window.limit]
    if window.backwards:
        rows.reverse()
    items = [make(row) for row in rows]
    if window.backwards:
        return Page(items, has_next=window.before is not None, has_previous=more)
    return Page(items, has_next=more, has_previous=window.after is not None)
