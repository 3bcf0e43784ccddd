"""Show sentences and tables as Markdown, which reads well in Jupyter, on a site and as text."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from IPython.display import Markdown, display


def observe(*sentences: str) -> None:
    """Show what the data say. The sentences are made from figures, so they are never stale."""
    lines = "\n".join(f"- {sentence}" for sentence in sentences)
    display(Markdown(f"**Observations**\n\n{lines}\n"))


@dataclass(frozen=True, slots=True)
class Table:
    """A table of aggregates."""

    frame: pd.DataFrame
    digits: int = 2

    def _repr_markdown_(self) -> str:
        head = "| " + " | ".join(map(str, self.frame.columns)) + " |"
        rule = "|" + "---|" * len(self.frame.columns)
        rows = (
            "| " + " | ".join(map(self._cell, row)) + " |"
            for row in self.frame.itertuples(index=False)
        )
        return "\n".join([head, rule, *rows]) + "\n"

    def _cell(self, value: object) -> str:
        if isinstance(value, float | np.floating):
            return "–" if np.isnan(value) else f"{value:.{self.digits}f}"
        if isinstance(value, int | np.integer):
            return f"{value:,}"
        return str(value).replace("|", "\\|")


def table_of(rows: Mapping[str, Mapping[str, object]], index: str, digits: int = 2) -> Table:
    """Return a table with a line for each key of `rows`."""
    lines = [{index: name, **values} for name, values in rows.items()]
    return Table(pd.DataFrame(lines), digits)


def percent(share: float) -> str:
    """Return a share as whole percent."""
    return f"{100 * share:.0f} %"
