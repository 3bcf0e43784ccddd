"""`genre schema`: print the GraphQL schema."""

from pathlib import Path
from typing import Annotated

import typer

from schema import build_schema


def schema(
    out: Annotated[Path | None, typer.Option(help="File (default: standard output).")] = None,
) -> None:
    """Print the GraphQL schema as SDL.

    Example: `genre schema --out schema.graphql`
    """
    text = build_schema().as_str() + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
