"""Bound the variables of an operation before graphql-core coerces them, item by item in Python."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from schema.core.errors import ErrorCode, coded_error

MAX_OBJECTS = 1_000
"""Limit on a list of objects or lists, such as `tracks`."""
MAX_SCALARS = 10_000
"""Limit on a list of anything else, such as the names of a header."""
MAX_VALUES = 300_000
"""Limit on all values together: 1,000 tracks with 148 numbers and a hundred words each."""


def find_excess(variables: Mapping[str, Any] | None) -> GraphQLError | None:
    """Return what is wrong with the number of values, or None.

    The cost is that of looking at `MAX_VALUES`, however many there are.
    """
    count = 0
    pending: list[tuple[str, Any]] = [("", variables or {})]
    while pending:
        path, value = pending.pop()
        count += len(value)
        if count > MAX_VALUES:
            message = f"The variables have more than {MAX_VALUES:,} values."
            return coded_error(message, ErrorCode.BAD_USER_INPUT)
        if isinstance(value, list):
            inner = [(f"{path}[]", each) for each in value if type(each) in (dict, list)]
            limit = MAX_OBJECTS if inner else MAX_SCALARS
            if len(value) > limit:
                return _too_many(path, len(value), limit)
        else:
            inner = [
                (f"{path}.{key}" if path else str(key), each)
                for key, each in value.items()
                if type(each) in (dict, list)
            ]
        pending += inner
    return None


def _too_many(path: str, count: int, limit: int) -> GraphQLError:
    return coded_error(
        f"{path[:100]} has {count:,} items; at most {limit:,} are allowed.",
        ErrorCode.BAD_USER_INPUT,
        argument=path[:100],
    )
