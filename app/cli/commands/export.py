"""`genre export`: write stored tracks to files."""

import sys
import uuid
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import anyio
import typer

from app.config.settings import read_settings
from app.exports.encoders import CsvEncoder
from app.exports.files import whole_file, write_tracks, write_training_files
from app.exports.formats import FORMATS
from app.runtime.database import open_database
from db.batches.repository import PostgresBatches
from db.engine import Sessions, create_sessions
from db.tracks.exports import PostgresExports
from db.tracks.filters import TrackFilter
from db.tracks.repository import PostgresTracks
from schema.core.errors import ErrorCode, PortError
from schema.core.exports import ExportFormat

BINARY = {ExportFormat.PARQUET: "Parquet", ExportFormat.XLSX: "XLSX"}


class NothingToExportError(PortError):
    """A filter names a genre or batch that does not exist."""

    code = ErrorCode.NOT_FOUND


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
    batch: Annotated[
        uuid.UUID | None, typer.Option(help="Only tracks that this batch was the last to bring.")
    ] = None,
    search: Annotated[
        str | None, typer.Option(help="Only titles with words that start with these words.")
    ] = None,
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
    """Export stored tracks with their genres, or corrections to train on.

    Example: `genre export --format parquet --out tracks.parquet`

    Example: `genre export --corrected --features tracks.csv --labels genres.csv`,
    then `genre train --features tracks.csv --labels genres.csv --out my-model`
    """
    wanted = TrackFilter(genre, search, batch, corrected=corrected or None)
    if features or labels:
        if features is None or labels is None or out is not None:
            raise typer.BadParameter("Use --features and --labels together, without --out.")
        anyio.run(_write_training_files, wanted, features, labels)
        return
    if format is None:
        format = _format_of(out)
    if out is None and format in BINARY:
        raise typer.BadParameter(f"A {BINARY[format]} file needs --out.")
    anyio.run(_write_tracks, wanted, format, raw, out)


async def _write_tracks(
    wanted: TrackFilter, format: ExportFormat, raw: bool, out: Path | None
) -> None:
    async with open_database(read_settings()) as engine:
        sessions = create_sessions(engine)
        await _check(sessions, wanted)
        exports = PostgresExports(sessions)
        is_raw_csv = raw and format is ExportFormat.CSV
        make = partial(CsvEncoder, raw=True) if is_raw_csv else FORMATS[format].make
        if out is None:
            await write_tracks(exports, wanted, sys.stdout.buffer, make)
            sys.stdout.buffer.flush()
            return
        with whole_file(out) as file:
            await write_tracks(exports, wanted, file, make)


def _format_of(out: Path | None) -> ExportFormat:
    suffix = "" if out is None else out.suffix.lower().removeprefix(".")
    return ExportFormat(suffix) if suffix in set(ExportFormat) else ExportFormat.CSV


async def _check(sessions: Sessions, wanted: TrackFilter) -> None:
    """Refuse a typo, which would give an empty file."""
    if wanted.genre is not None:
        known = [count.genre for count in await PostgresTracks(sessions).list_genres()]
        if wanted.genre not in known:
            raise NothingToExportError(
                f'No track has the genre "{wanted.genre}". Known genres: {", ".join(known)}.'
            )
    key = wanted.batch_id
    if key is not None and not await PostgresBatches(sessions).find_batches([key]):
        raise NothingToExportError(f'There is no batch "{key}".')


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
