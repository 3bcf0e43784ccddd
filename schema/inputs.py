"""Checks on text sent by a caller."""

from schema.core.errors import ErrorCode, coded_error

MAX_TEXT_CHARS = 1_000


def check_text(**arguments: str | None) -> None:
    """Refuse text that is too long or that Postgres cannot store (U+0000, lone surrogates)."""
    for name, value in arguments.items():
        if value is None:
            continue
        problem = argument_problem(value)
        if problem:
            raise coded_error(f"{name} {problem}.", ErrorCode.BAD_USER_INPUT, argument=name)


def argument_problem(value: str) -> str | None:
    """Return what is wrong with a text, or None."""
    if len(value) > MAX_TEXT_CHARS:
        return f"has {len(value):,} characters; at most {MAX_TEXT_CHARS:,} are allowed"
    if "\0" in value:
        return "contains the character U+0000"
    if any("\ud800" <= char <= "\udfff" for char in value):
        return "contains half of a surrogate pair"
    return None


def read_count(first: int, *, largest: int) -> int:
    """Return how many items are wanted; raise BAD_USER_INPUT unless it is 0 to `largest`."""
    if not 0 <= first <= largest:
        message = f"first is {first}; it must be between 0 and {largest:,}."
        raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="first")
    return first
