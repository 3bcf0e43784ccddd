"""Sentences for people: notes on standard error, and lists that do not grow too long."""

from collections.abc import Sequence

import typer

SHOWN_ITEMS = 10


def warn(text: str) -> None:
    """Print a note on standard error."""
    typer.echo(text, err=True)


def and_more(items: Sequence[str], shown: int = SHOWN_ITEMS) -> str:
    """Join items with commas; those beyond `shown` are only counted: "a, b and 423 more"."""
    if len(items) <= shown:
        return ", ".join(items)
    return f"{', '.join(items[:shown])} and {len(items) - shown:,} more"
