"""`genre classify`: classify files directly into the database, without the HTTP service."""

import asyncio
from pathlib import Path
from typing import Annotated

import anyio
import typer

from app.batches.pipeline import PreparedChunk
from app.batches.runner import RunCancelledError
from app.batches.source import FileSource, size_of
from app.cli.batch_report import print_report
from app.cli.progress import progress_bar
from app.config.settings import read_settings
from app.runtime.signals import stop_requested
from app.service import Service, open_service
from app.uploads.file_name import check_suffix, shown_name
from db.batches.records import BatchRecord
from db.batches.status import BatchStatus
from ml.reading.column_match import check_mapping
from ml.reading.read_options import ReadOptions


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
) -> None:
    """Classify CSV files and store the result, as `classifyBatch` does.

    Ctrl-C cancels the present file after its present chunk, and keeps what is stored.

    Example: `genre classify tracks.csv more-tracks.csv`
    """
    options = ReadOptions(_read_columns(column or []))
    if not anyio.run(_classify_all, files, options):
        raise typer.Exit(1)


def _read_columns(columns: list[str]) -> dict[str, str]:
    pairs = [entry.partition("=") for entry in columns]
    for entry, (name, equals, header) in zip(columns, pairs, strict=True):
        if not (name.strip() and equals and header.strip()):
            message = f'"{entry}" is no mapping; write COLUMN=HEADER, such as title=Name.'
            raise typer.BadParameter(message, param_hint="--column")
    return check_mapping([(name.strip(), header.strip()) for name, _, header in pairs])


async def _classify_all(files: list[Path], options: ReadOptions) -> bool:
    is_done = True
    async with open_service(read_settings()) as service:
        with stop_requested() as stop:
            for path in files:
                batch = await _classify_one(service, path, options, stop)
                await print_report(service, batch)
                is_done &= batch.status == BatchStatus.DONE
                if batch.status == BatchStatus.CANCELLED:
                    break
    return is_done


async def _classify_one(
    service: Service, path: Path, options: ReadOptions, stop: asyncio.Event
) -> BatchRecord:
    check_suffix(path.name)
    with path.open("rb") as file:
        size = size_of(file)
        with progress_bar(path.name, size) as show:
            rows = 0

            def show_chunk(chunk: PreparedChunk) -> None:
                nonlocal rows
                rows += chunk.rows_read
                show(chunk.end.bytes_read, f"{rows:,} rows")
                if stop.is_set():
                    raise RunCancelledError

            batch_id = await service.runner.run_new(
                FileSource(service.reader, file, options),
                shown_name(path.name),
                checkpoint=show_chunk,
                bytes_total=size,
                options=options,
            )
    return (await service.batches.find_batches([batch_id]))[batch_id]
