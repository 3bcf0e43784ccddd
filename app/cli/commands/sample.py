"""`genre sample`: write made-up tracks."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.progress import progress_bar
from ml.sampling.generator import write_sample_csv


def sample(
    rows: Annotated[int, typer.Option(min=1, help="How many tracks.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same tracks.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="File to write (default: standard output).")
    ] = None,
) -> None:
    """Write made-up tracks as CSV, drawn from statistics of real ones.

    Example: `genre sample --rows 1000 --seed 7 --out sample.csv`
    """
    if out is None:
        write_sample_csv(sys.stdout, rows, seed)
        return
    with progress_bar("Writing", total=rows) as advance:
        write_sample_csv(out, rows, seed, progress=advance)
