"""Progress bars on standard error."""

import contextlib
from collections.abc import Iterator
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


class Show(Protocol):
    """Updates a progress bar."""

    def __call__(self, done: float, detail: str = "") -> None:
        """Show `done` of the total, and a few words next to the bar."""


@contextlib.contextmanager
def progress_bar(label: str, total: float) -> Iterator[Show]:
    """Show a progress bar; yields a function that sets how much of `total` is done."""
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[detail]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total, detail="")

        def show(done: float, detail: str = "") -> None:
            progress.update(task, completed=done, detail=detail)

        yield show
