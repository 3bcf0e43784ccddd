"""`genre export`: write stored tracks to files."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import anyio
import typer

from app.config.settings import read_settings
from app.exports.files import whole_file, write_csv, write_parquet, write_training_files
from app.runtime.database import open_database
from db.engine import create_sessions
from db.tracks.exports import PostgresExports
from db.tracks.filters import TrackFilter


class ExportFormat(StrEnum):
    """File formats."""

    CSV = "csv"
    PARQUET = "parquet"


Genre = Annotated[str | None, typer.Option(help="Only tracks of this genre.")]
Corrected = Annotated[bool, typer.Option("--corrected", help="Only tracks that were corrected.")]
Raw = Annotated[
    bool, typer.Option("--raw", help="Do not put `'` before CSV text that looks like a formula.")
]


def export(
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File to write (default: standard output).")
    ] = None,
    format: Annotated[
        ExportFormat | None, typer.Option(help="Format (default: by the file name, or csv).")
    ] = None,
    genre: Genre = None,
    corrected: Corrected = False,
    raw: Raw = False,
    features: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="File of corrected tracks to train on; needs --labels."),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File of their genres; needs --features.")
    ] = None,
) -> None:
    """Export stored tracks with their genres as CSV or Parquet, or corrections to train on.

    Example: `genre export --format parquet --out tracks.parquet`

    Example: `genre export --corrected --features tracks.csv --labels genres.csv`,
    then `genre train --features tracks.csv --labels genres.csv --out my-model`
    """
    wanted = TrackFilter(genre, corrected=corrected or None)
    if features or labels:
        if features is None or labels is None or out is not None:
            raise typer.BadParameter("Use --features and --labels together, without --out.")
        anyio.run(_write_training_files, wanted, features, labels)
        return
    if format is None:
        is_parquet = out is not None and out.suffix == ".parquet"
        format = ExportFormat.PARQUET if is_parquet else ExportFormat.CSV
    if out is None and format is ExportFormat.PARQUET:
        raise typer.BadParameter("A Parquet file needs --out.")
    anyio.run(_write_tracks, wanted, format, raw, out)


async def _write_tracks(
    wanted: TrackFilter, format: ExportFormat, raw: bool, out: Path | None
) -> None:
    async with open_database(read_settings()) as engine:
        exports = PostgresExports(create_sessions(engine))
        if out is None:
            await write_csv(exports, wanted, sys.stdout.buffer, raw=raw)
            sys.stdout.buffer.flush()
            return
        with whole_file(out) as file:
            if format is ExportFormat.PARQUET:
                await write_parquet(exports, wanted, file)
            else:
                await write_csv(exports, wanted, file, raw=raw)


async def _write_training_files(wanted: TrackFilter, features: Path, labels: Path) -> None:
    async with open_database(read_settings()) as engine:
        exports = PostgresExports(create_sessions(engine))
        with whole_file(features) as features_file, whole_file(labels) as labels_file:
            count = await write_training_files(
                exports, wanted, features_file, labels_file, on_skipped=_report_skipped
            )
    typer.echo(f"{count:,} corrected tracks with stored features.", err=True)


def _report_skipped(track_id: int, missing: Sequence[str]) -> None:
    typer.echo(f"Track {track_id} is left out: it was stored without {missing[0]}.", err=True)
