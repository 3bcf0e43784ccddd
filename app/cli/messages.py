"""Sentences for people: errors and notes on standard error, and lists that do not grow too long."""

from collections.abc import Sequence

import typer

from app.cli.os_errors import describe_os_error

SHOWN_ITEMS = 10


def print_error(error: Exception, about: str | None = None) -> None:
    """Print an error that its reader can do something about; `about` names the file, say."""
    from rich.console import Console  # imported here because only failing commands need it
    from rich.markup import escape

    text = describe_os_error(error) if isinstance(error, OSError) else str(error)
    about = f"{escape(about)}: " if about else ""
    Console(stderr=True).print(
        f"[bold red]Error:[/] {about}{escape(text)}", highlight=False, soft_wrap=True
    )


def warn(text: str) -> None:
    """Print a note on standard error."""
    typer.echo(text, err=True)


def and_more(items: Sequence[str], shown: int = SHOWN_ITEMS) -> str:
    """Join items with commas; those beyond `shown` are only counted: "a, b and 423 more"."""
    if len(items) <= shown:
        return ", ".join(items)
    return f"{', '.join(items[:shown])} and {len(items) - shown:,} more"
