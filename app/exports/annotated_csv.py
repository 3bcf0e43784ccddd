"""Write a batch's own file as CSV: its rows exactly as they were, with cells added to each."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from app.exports.annotations import Added, Notes, added_names
from ml.reading.originals.original import Original, OriginalRow
from ml.reading.originals.text_original import BYTE_ORDER_MARK

_WIDE = "(?:\uff1d|\uff0b|\uff0d|\uff20)".encode()
_DIGITS = rb"(?:[0-9]+[.,;]?[0-9]*|[.,;][0-9]+)(?:[eE][+-]?[0-9]+)?"
NUMBER = re.compile(rb"[+-]" + _DIGITS)
FORMULA = re.compile(rb"\s*(?:[=+@-]|" + _WIDE + rb")|[\t\r\n]")
SUSPECT = re.compile(rb"[=@\t\r\n]|[+-](?!" + _DIGITS + rb"(?:[,\"]|\Z))|\xef\xbc")
"""What every cell has that a spreadsheet would run; most rows have none and need no parsing."""
DECIMAL_COMMA = re.compile(rb"(?:\A|,)\"?[+-]?[0-9]+;[0-9]+\"?(?:,|\Z)")
"""A number with a decimal comma, in a row whose delimiter and comma have changed places."""


class AnnotatedCsv:
    """Writes one file; every method blocks, so call it in a thread."""

    def __init__(self, original: Original, *, raw: bool = False) -> None:
        self._original, self._raw = original, raw
        self._decimal_mark = "."

    def begin(self) -> bytes:
        """Return the header."""
        original = self._original
        mark = BYTE_ORDER_MARK if original.has_mark else b""
        added = _line(added_names(original.names), original.delimiter).encode()
        header = mark + original.header + original.delimiter + added + original.line_end
        return original.encode(header)

    def write(self, rows: Sequence[OriginalRow], notes: Notes) -> bytes:
        """Return the rows of a block."""
        end, delimiter = self._original.line_end, self._original.delimiter
        parts = []
        if delimiter != b"," and any(DECIMAL_COMMA.search(row.record) for row in rows[:10]):
            self._decimal_mark = ","
        for row in rows:
            added = _line(self._text(notes.added_to(row)), delimiter).encode()
            parts += [self._record(row), delimiter, added, end]
        return self._original.encode(b"".join(parts))

    def _text(self, added: Added) -> list[str]:
        """Write numbers as the file does."""
        return [
            f"{cell:.6f}".replace(".", self._decimal_mark)
            if isinstance(cell, float)
            else cell or ""
            for cell in added
        ]

    def _record(self, row: OriginalRow) -> bytes:
        """Return the row as it was, unless it would shift cells or run as a formula."""
        is_suspect = not self._raw and SUSPECT.search(row.record)
        if not (row.is_ragged or is_suspect):
            return self._original.as_sent(row.record)
        cells = self._original.cells(row.record)
        safe = [b"'" + cell if is_suspect and is_formula(cell) else cell for cell in cells]
        if safe == cells and not row.is_ragged:
            return self._original.as_sent(row.record)
        fitted = (cell.decode("latin-1") for cell in fit(safe, self._original))
        return _line(fitted, self._original.delimiter).encode("latin-1")


def is_formula(cell: bytes) -> bool:
    """Tell whether a spreadsheet would run a cell; a number with a sign is none."""
    return bool(FORMULA.match(cell)) and not NUMBER.fullmatch(cell.strip(b" "))


def fit(cells: list[bytes], original: Original) -> list[bytes]:
    """Return as many cells as the header has: missing ones are empty, the last takes the rest."""
    count = len(original.names)
    if len(cells) <= count:
        return [*cells, *[b""] * (count - len(cells))]
    return [*cells[: count - 1], original.delimiter.join(cells[count - 1 :])]


def _line(cells: Iterable[str], delimiter: bytes) -> str:
    line = io.StringIO()
    # The line end makes it quote cells that contain CR or LF.
    csv.writer(line, delimiter=delimiter.decode(), lineterminator="\r\n").writerow(cells)
    return line.getvalue()[:-2]
