"""`genre classify`: classify files directly into the database, without the HTTP service."""

from pathlib import Path
from typing import Annotated

import anyio
import typer

from app.config.settings import read_settings
from app.runtime.process import prepare_process, quick_imports
from app.runtime.starting import starting


def classify(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV files of tracks, optionally .csv.gz or .csv.zst.", exists=True, dir_okay=False
        ),
    ],
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="A column that the file names differently, as ours=theirs; can be repeated.",
            metavar="COLUMN=HEADER",
        ),
    ] = None,
    allow_missing: Annotated[
        bool,
        typer.Option("--allow-missing", help="Classify rows with only words or only sound too."),
    ] = False,
) -> None:
    """Classify CSV files and store the result, as `classifyBatch` does.

    Ctrl-C cancels the present file after its present chunk, and keeps what is stored.

    Example: `genre classify tracks.csv more-tracks.csv`
    """
    settings, columns = read_settings(), _read_columns(column or [])
    prepare_process()
    with starting(settings) as postgres:
        with quick_imports():
            from app.cli.classification import classify_files  # imported while Postgres starts
        is_done = anyio.run(classify_files, settings, postgres, files, columns, allow_missing)
    if not is_done:
        raise typer.Exit(1)


def _read_columns(columns: list[str]) -> list[tuple[str, str]]:
    pairs = [entry.partition("=") for entry in columns]
    for entry, (name, equals, header) in zip(columns, pairs, strict=True):
        if not (name.strip() and equals and header.strip()):
            message = f'"{entry}" is no mapping; write COLUMN=HEADER, such as title=Name.'
            raise typer.BadParameter(message, param_hint="--column")
    return [(name.strip(), header.strip()) for name, _, header in pairs]
