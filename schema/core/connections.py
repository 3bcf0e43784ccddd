"""Relay cursor connections: edges, nodes, pageInfo, and a total counted only on request.

https://relay.dev/graphql/connections.htm
"""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from db.records import Page, Window
from schema.core.errors import ErrorCode, coded_error

MAX_PAGE_SIZE = 1_000
DEFAULT_PAGE_SIZE = 100
MAX_CURSOR_CHARS = 4_000

First = Annotated[
    int | None,
    strawberry.argument(description="Number of rows from the start, 0 to 1,000."),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Only rows after this cursor, such as `endCursor`."),
]
Last = Annotated[
    int | None,
    strawberry.argument(description="Number of rows from the end, 0 to 1,000; overrides `first`."),
]
Before = Annotated[str | None, strawberry.argument(description="Only rows before this cursor.")]

N = TypeVar("N")
R = TypeVar("R")
Key = tuple[Any, ...]


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more rows follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the page's first row.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the page's last row; pass it as `after` to get the next page."
    )


@strawberry.type(description="A row of a list and its cursor.")
class Edge(Generic[N]):
    node: N = strawberry.field(description="The row.")
    cursor: str = strawberry.field(description="Opaque position of the row in the list.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[N]):
    rows: strawberry.Private[Sequence[Any]]
    node_of: strawberry.Private[Callable[[Any], Any]]
    cursor_of: strawberry.Private[Callable[[Any], str]]
    place: strawberry.Private[PageInfo]
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The rows with their cursors.")
    def edges(self) -> list[Edge[N]]:
        return [Edge(node=self.node_of(row), cursor=self.cursor_of(row)) for row in self.rows]

    @strawberry.field(description="The rows without their cursors.")
    def nodes(self) -> list[N]:
        return [self.node_of(row) for row in self.rows]

    @strawberry.field(description="The position of the page in the list.")
    def page_info(self) -> PageInfo:
        return self.place

    @strawberry.field(description="Number of rows in the whole list; counted only on request.")
    async def total_count(self) -> int:
        return await self.count()


@dataclass(frozen=True, slots=True)
class CursorKind:
    """The cursors of one kind of list: the list's name and a key, as JSON.

    `parts` are the JSON type of each part of the key and how to read it, with ValueError for what
    Postgres could not compare: anyone can make up a cursor.
    """

    name: str
    parts: tuple[tuple[type[str] | type[int], Callable[[Any], Any]], ...]

    def encode(self, key: Key) -> str:
        """Encode a key as an opaque cursor."""
        text = json.dumps([self.name, *map(_plain, key)], ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def decode(self, cursor: str, argument: str) -> Key:
        """Decode a cursor; raise BAD_USER_INPUT if it does not belong to this kind of list."""
        try:
            if len(cursor) > MAX_CURSOR_CHARS:
                raise ValueError
            padded = cursor + "=" * (-len(cursor) % 4)
            name, *key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if name != self.name:
                raise ValueError
            return tuple(_read(part, *how) for part, how in zip(key, self.parts, strict=True))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise coded_error(
                f"{argument} is not a cursor of this list. Use one from pageInfo or edges.",
                ErrorCode.BAD_USER_INPUT,
                argument=argument,
            ) from None


def _read(part: Any, json_type: type, read: Callable[[Any], Any]) -> Any:
    if type(part) is not json_type:  # True would pass for an int
        raise ValueError
    return read(part)


def _plain(part: Any) -> Any:
    return part if isinstance(part, str | int) else str(part)


def read_window(
    cursors: CursorKind,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Window[Any]:
    """Read the arguments of a connection; raise BAD_USER_INPUT if one is invalid.

    `last` overrides `first`, which is always set because it has a default.
    """
    backwards = last is not None
    name = "last" if last is not None else "first"
    limit = last if last is not None else DEFAULT_PAGE_SIZE if first is None else first
    if not 0 <= limit <= MAX_PAGE_SIZE:
        raise coded_error(
            f"{name} is {limit}; it must be between 0 and {MAX_PAGE_SIZE:,}.",
            ErrorCode.BAD_USER_INPUT,
            argument=name,
        )
    return Window(
        limit=limit,
        after=None if after is None else cursors.decode(after, "after"),
        before=None if before is None else cursors.decode(before, "before"),
        backwards=backwards,
    )


def make_connection(
    page: Page[R],
    cursors: CursorKind,
    *,
    key: Callable[[R], Key],
    node: Callable[[R], N],
    count: Callable[[], Awaitable[int]],
) -> Connection[N]:
    """Make a connection from a page of records."""

    def cursor_of(row: R) -> str:
        return cursors.encode(key(row))

    place = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=cursor_of(page.items[0]) if page.items else None,
        end_cursor=cursor_of(page.items[-1]) if page.items else None,
    )
    return Connection(rows=page.items, node_of=node, cursor_of=cursor_of, place=place, count=count)
