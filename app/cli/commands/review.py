"""`genre review`: answer the questions that teach the model most, in the terminal."""

import sys
import uuid
from typing import Annotated

import anyio
import click
import typer
from rich.console import Console

from app.cli.review_session import ReviewSession, command_line_learner
from app.config.settings import read_settings
from app.service import open_service


def review(
    batch: Annotated[
        uuid.UUID | None, typer.Option("--batch", help="Only tracks of this batch.")
    ] = None,
    first: Annotated[int, typer.Option("--first", min=1, help="How many questions to ask.")] = 100,
) -> None:
    """Ask about the tracks whose answers teach the model most; one key per answer.

    Every answer is stored at once. `genre learn --use` then puts them to use.

    Example: `genre review --first 50`
    """
    anyio.run(_review, batch, first)


async def _review(batch_id: uuid.UUID | None, first: int) -> None:
    console = Console()
    async with open_service(read_settings()) as service:
        if batch_id is not None and not await service.batches.find_batches([batch_id]):
            raise typer.BadParameter(f"There is no batch {batch_id}.")
        session = ReviewSession(
            service, command_line_learner(service), console, _read_key, _read_line, batch_id
        )
        await session.run(first)
    console.print(f"\nStored {session.answers:,} answers. `genre learn --use` learns from them.")


def _read_key() -> str:
    """Read one key on a terminal, else a line."""
    if sys.stdin.isatty():
        return click.getchar()
    return _read_line("")


def _read_line(prompt: str) -> str:
    if prompt:
        typer.echo(prompt, nl=False)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line
