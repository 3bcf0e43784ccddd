"""Find where a CSV record ends whose quoted cells span several lines.

Where quotes were forgotten, each of many lines may begin a record that seems to run on for a
megabyte. Two such records that overlap end at the same place, since both are inside a quote from
the second line on. What follows an open quote is therefore remembered for each line, and the time
grows only with the size of the file.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ml.reading.records.fields import RETURN_MARK, read_fields


class Record(NamedTuple):
    """A record, or the part of it on one line.

    `end` is the index of the next line. `is_clean` means that each quote that spans lines closes at
    the end of a cell; otherwise it closed at a quote that was meant to open another cell.
    """

    end: int
    fields: int
    is_clean: bool

    def joined(self, rest: "Record | None") -> "Record | None":
        """Return the record that goes on with `rest` inside a quote; None if `rest` has no end."""
        if rest is None:
            return None
        fields = self.fields + rest.fields - 1  # a cell is shared
        return Record(rest.end, fields, self.is_clean and rest.is_clean)


class OpenQuotes:
    """Finds the records among lines, which come from `text_lines`."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._rest_at: dict[int, Record | None] = {len(lines): None}

    def record_at(self, line: int) -> Record | None:
        """Return the record that begins on a line; None if the lines end inside a quote."""
        cells, is_open = read_fields(self._lines[line])
        first = Record(line + 1, len(cells), True)
        return first.joined(self._rest_after_quote(line + 1)) if is_open else first

    def _rest_after_quote(self, line: int) -> Record | None:
        """Return the rest of a record of which a quote is open at the start of a line."""
        passed = []
        while line not in self._rest_at:
            part, is_open = self._line_inside(line)
            if is_open:
                passed.append(part)
                line += 1
            else:
                self._rest_at[line] = part
        rest = self._rest_at[line]
        for part in reversed(passed):
            line -= 1
            rest = self._rest_at[line] = part.joined(rest)
        return rest

    def _line_inside(self, line: int) -> tuple[Record, bool]:
        text = f'"{self._lines[line]}'
        cells, is_open = read_fields(text)
        has_closed = len(cells) > 1 or not is_open
        is_clean = not has_closed or _ends_with_quote(text, cells[0])
        return Record(line + 1, len(cells), is_clean), is_open


def _ends_with_quote(text: str, cell: str) -> bool:
    """Tell whether the first cell of `text` ends with its closing quote, or with a CR after it."""
    quoted, before_return = (
        '"' + part.replace('"', '""') + '"' for part in (cell, cell.removesuffix(RETURN_MARK))
    )
    return f"{text},".startswith((f"{quoted},", f"{before_return}{RETURN_MARK},"))
