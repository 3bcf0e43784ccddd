"""Look ahead at the fields a query selects on the rows of a connection."""

from collections.abc import Iterator
from typing import Any

from strawberry.types.nodes import (
    FragmentSpread,
    InlineFragment,
    SelectedField,
    Selection,
)

_ROWS = frozenset({"nodes", "node"})


def selects_only(info: Any, fields: frozenset[str]) -> bool:
    """Return whether the query selects nothing but `fields` on the rows of this connection."""
    return all(name in fields for name in _row_fields(info.selected_fields))


def _row_fields(selections: list[Selection]) -> Iterator[str]:
    for selection in selections:
        if isinstance(selection, SelectedField) and selection.name in _ROWS:
            yield from _names(selection.selections)
        else:
            yield from _row_fields(selection.selections)


def _names(selections: list[Selection]) -> Iterator[str]:
    for selection in selections:
        if isinstance(selection, FragmentSpread | InlineFragment):
            yield from _names(selection.selections)
        else:
            yield selection.name
