"""Find where a CSV record ends whose quoted cells run over several lines.

Where quotes were forgotten, each of many lines may begin a record that seems to run on for a
megabyte. Two such records that overlap end at the same place, since from the second line on both
are inside a quote; each line is read once from there, so that time grows with the file only.
"""

import re
from typing import NamedTuple

_FIELD = rb'(?:"[^"\n]*+(?:""[^"\n]*+)*+"[^,\n]*+|[^",\n][^,\n]*+)?'
_FIRST_FIELD = re.compile(_FIELD)
_QUOTED_PART = re.compile(rb'[^"\n]*+(?:""[^"\n]*+)*+')
_BEHIND_QUOTE = re.compile(rb'"[^,\n]*+')
_NEXT_FIELD = re.compile(rb"," + _FIELD)
_NEXT_FIELDS = re.compile(rb"(?:," + _FIELD + rb")*+")


class Record(NamedTuple):
    """Where a record ends, behind its newline, and how many fields it has.

    `is_clean` if each quote that runs over lines closes at the end of a cell. One that does not
    closed at a quote that was meant to open another cell.
    """

    end: int
    fields: int
    is_clean: bool


class _Line(NamedTuple):
    """Where a line ends, 0 without a newline, and its commas outside quotes."""

    end: int
    commas: int
    is_clean: bool
    is_open: bool


class _Rest(NamedTuple):
    """What a record has behind a line that ends inside a quote."""

    end: int
    commas: int
    is_clean: bool


class OpenQuotes:
    """Finds the records of `data`; remembers what follows on a quote that is open at a line."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._rest_at: dict[int, _Rest | None] = {0: None}

    def record_at(self, position: int) -> Record | None:
        """Return the record that begins at `position`, None if it does not end in the data."""
        line = self._fields_from(_end(_FIRST_FIELD, self._data, position))
        if not line.is_open:
            return Record(line.end, line.commas + 1, True) if line.end else None
        rest = self._rest(line.end)
        return Record(rest.end, line.commas + rest.commas + 1, rest.is_clean) if rest else None

    def _rest(self, position: int) -> _Rest | None:
        """Return what follows on the line that begins at `position`, inside a quote."""
        lines: list[tuple[int, _Line]] = []
        is_open = True
        while is_open and position not in self._rest_at:
            line = self._line_inside(position)
            lines.append((position, line))
            position, is_open = line.end, line.is_open
        rest = self._rest_at[position] if is_open or not position else _Rest(position, 0, True)
        for start, line in reversed(lines):
            if rest:
                is_clean = rest.is_clean and line.is_clean
                rest = _Rest(rest.end, rest.commas + line.commas, is_clean)
            self._rest_at[start] = rest
        return rest

    def _line_inside(self, position: int) -> _Line:
        quote = _end(_QUOTED_PART, self._data, position)
        behind = _BEHIND_QUOTE.match(self._data, quote)
        if behind is None:
            return _Line(self._data.find(b"\n", quote) + 1, 0, True, True)
        is_clean = behind[0] in (b'"', b'"\r')
        return self._fields_from(behind.end(), is_clean=is_clean)

    def _fields_from(self, position: int, *, is_clean: bool = True) -> _Line:
        """Go on behind a field; a quote that does not close on the line ends the way."""
        stop = _end(_NEXT_FIELDS, self._data, position)
        commas = len(_NEXT_FIELD.findall(self._data, position, stop))
        is_open = self._data.startswith(b'"', stop)
        return _Line(self._data.find(b"\n", stop) + 1, commas, is_clean, is_open)


def _end(pattern: re.Pattern[bytes], data: bytes, position: int) -> int:
    match = pattern.match(data, position)
    assert match is not None  # each of these patterns matches nothing, too
    return match.end()
