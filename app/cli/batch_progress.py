"""The progress of a batch on standard error, from the numbers that the API gives too."""

import contextlib
import math
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TextColumn

from db.batches.records import BatchRecord
from db.batches.status import BatchStatus

Show = Callable[[BatchRecord], None]


@contextlib.contextmanager
def batch_progress(label: str) -> Iterator[Show]:
    """Show a progress bar; yields a function that shows a batch as it is now."""
    text = (TextColumn("[bold]{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"))
    with Progress(*text, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=None, text="")

        def show(batch: BatchRecord) -> None:
            share = share_done(batch)
            total = None if share is None else 1.0
            progress.update(task, total=total, completed=share or 0.0, text=describe(batch))

        yield show


def share_done(batch: BatchRecord) -> float | None:
    """Return how much of a batch is done, from 0 to 1; 1 only if it is DONE, None if unknown."""
    if batch.status is BatchStatus.DONE:
        return 1.0
    if batch.rows_total is not None:
        done, total = batch.rows_received, batch.rows_total
    elif batch.bytes_total is not None:
        done, total = batch.bytes_read, batch.bytes_total
    else:
        return None
    return min(done / max(total, 1), 0.999)


def describe(batch: BatchRecord) -> str:
    """Say how much of a batch is done, how fast it goes and how long it takes."""
    share = share_done(batch)
    parts = [
        None if share is None else f"{math.floor(100 * share)} %",
        _amount(batch),
        None if batch.rows_per_second is None else f"{batch.rows_per_second:,.0f} rows/s",
        None if batch.seconds_left is None else f"{duration(batch.seconds_left)} left",
    ]
    return " · ".join(part for part in parts if part)


def duration(seconds: float) -> str:
    """Say how long something takes, in at most two units: "2 min 5 s"."""
    whole = math.ceil(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3_600} h {whole % 3_600 // 60} min"


def _amount(batch: BatchRecord) -> str:
    if batch.rows_total is not None:
        return f"{batch.rows_received:,} of {batch.rows_total:,} tracks"
    rows = f"{batch.rows_received:,} rows"
    if batch.bytes_total is None:
        return rows
    return f"{decimal(batch.bytes_read)} of {decimal(batch.bytes_total)} · {rows}"
