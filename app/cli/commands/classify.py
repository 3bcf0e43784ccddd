"""`genre classify`: classify files directly into the database, without the HTTP service."""

from pathlib import Path
from typing import Annotated

import anyio
import typer
from rich.console import Console

from app.batches.pipeline import PreparedChunk
from app.batches.source import FileSource
from app.cli.progress import progress_bar
from app.cli.tables import genre_table, reject_table
from app.config.settings import read_settings
from app.service import Service, open_service
from app.uploads.file_name import check_suffix, shown_name
from db.batches.records import BatchRecord
from db.batches.status import BatchStatus
from db.records import Window

SHOWN_REJECTS = 10


def classify(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV files of tracks, optionally .csv.gz or .csv.zst.", exists=True, dir_okay=False
        ),
    ],
) -> None:
    """Classify CSV files and store the result, as `classifyBatch` does.

    Example: `genre classify tracks.csv more-tracks.csv`
    """
    if not anyio.run(_classify_all, files):
        raise typer.Exit(1)


async def _classify_all(files: list[Path]) -> bool:
    is_done = True
    async with open_service(read_settings()) as service:
        for path in files:
            batch = await _classify_one(service, path)
            await _report(service, batch)
            is_done &= batch.status == BatchStatus.DONE
    return is_done


async def _classify_one(service: Service, path: Path) -> BatchRecord:
    check_suffix(path.name)
    size = (await anyio.Path(path).stat()).st_size
    with path.open("rb") as file, progress_bar(path.name, size) as show:
        rows = 0

        def show_chunk(chunk: PreparedChunk) -> None:
            nonlocal rows
            rows += chunk.rows_read
            # Not the bytes of content: the file may be compressed.
            show(file.tell(), f"{rows:,} rows")

        source = FileSource(service.reader, file)
        name = shown_name(path.name)
        batch_id = await service.runner.run_new(source, name, checkpoint=show_chunk)
    return (await service.batches.find_batches([batch_id]))[batch_id]


async def _report(service: Service, batch: BatchRecord) -> None:
    console = Console()
    console.print(
        f"Batch {batch.id}: {batch.status}, {batch.rows_received:,} rows received, "
        f"{batch.rows_stored:,} stored, {batch.rows_rejected:,} rejected.",
        highlight=False,
    )
    if batch.error_code:
        console.print(f"[bold red]{batch.error_code}:[/] {batch.error_message}")
    if batch.rows_rejected:
        page = await service.batches.list_rejects(batch.id, Window(limit=SHOWN_REJECTS))
        console.print(reject_table(page.items, batch.rows_rejected))
    counts = await service.batches.list_genres(batch.id)
    if counts:
        console.print(genre_table(counts, f"Genres of {batch.file_name}"))
