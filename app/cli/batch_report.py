"""What became of a batch, printed."""

from rich.console import Console

from app.cli.tables import genre_table, reject_table
from app.service import Service
from db.batches.kind import BatchKind
from db.batches.records import BatchRecord
from db.batches.status import BatchStatus
from db.records import Window

SHOWN_REJECTS = 10


def kept(batch: BatchRecord) -> str:
    """Say what is left of a batch that was cancelled."""
    if batch.kind is BatchKind.RECLASSIFY:
        return (
            f"Cancelled: {batch.rows_stored:,} tracks have their new prediction, the others keep "
            "the one they had. Run it again to go on."
        )
    return (
        f"Cancelled: the {batch.rows_stored:,} tracks stored by then are kept. Classify the file "
        "again for the rest; no track is stored twice."
    )


async def print_report(service: Service, batch: BatchRecord) -> None:
    """Print counts, the error, the first rejects and the genres of a batch that has ended."""
    console = Console()
    console.print(
        f"Batch {batch.id}: {batch.status}, {batch.rows_received:,} rows received, "
        f"{batch.rows_stored:,} stored, {batch.rows_rejected:,} rejected.",
        highlight=False,
        soft_wrap=True,
    )
    if batch.status is BatchStatus.CANCELLED:
        console.print(kept(batch), highlight=False, soft_wrap=True)
    if batch.error_code:
        console.print(f"[bold red]{batch.error_code}:[/] {batch.error_message}", soft_wrap=True)
    if batch.rows_rejected:
        page = await service.batches.list_rejects(batch.id, Window(limit=SHOWN_REJECTS))
        console.print(reject_table(page.items, batch.rows_rejected))
    counts = await service.batches.list_genres(batch.id)
    if counts:
        console.print(genre_table(counts, f"Genres of {batch.file_name}"))
