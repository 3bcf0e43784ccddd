"""Terminal tables of results."""

from collections.abc import Sequence

from rich.table import Table

from db.batches.records import RejectRecord
from db.records import GenreCount

BAR_WIDTH = 30


def genre_table(counts: Sequence[GenreCount], title: str) -> Table:
    """Return genres with a bar each, largest first."""
    table = Table(title=title, title_justify="left")
    table.add_column("Genre")
    table.add_column("Tracks", justify="right")
    table.add_column("")
    most = max((count.track_count for count in counts), default=1)
    for count in sorted(counts, key=lambda count: -count.track_count):
        bar = "█" * max(1, round(BAR_WIDTH * count.track_count / most))
        table.add_row(count.genre, f"{count.track_count:,}", f"[cyan]{bar}[/]")
    return table


def reject_table(rejects: Sequence[RejectRecord], total: int) -> Table:
    """Return the first rejected rows."""
    table = Table(title=f"Rejected rows (first {len(rejects)} of {total:,})", title_justify="left")
    for name in ("Line", "Track", "Column", "Why"):
        table.add_column(name)
    for reject in rejects:
        row = (
            str(reject.line),
            reject.track_id or "",
            reject.column or "",
            reject.message,
        )
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    return table
