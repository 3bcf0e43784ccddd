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
    """Sets how much is done."""

    def __call__(self, done: float, detail: str = "") -> None:
        """Show `done` of the total, and a few words beside the bar."""


@contextlib.contextmanager
def progress_bar(label: str, total: float) -> Iterator[Show]:
    """Show a bar; the function that is yielded sets how much of `total` is done."""
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
