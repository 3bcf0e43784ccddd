"""Cut a CSV file into blocks of whole records and tell on which line each record begins.

Quoting is RFC 4180 as Python's `csv` reads it: a quote opens a field only as its first character,
a doubled quote inside is one quote, a stray quote elsewhere is an ordinary character.
Knows nothing of columns or tracks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ml.track import IntArray

_NEWLINE, _QUOTE, _COMMA, _RETURN = 10, 34, 44, 13
_FIELD = rb'(?:"(?:[^"]|"")*+"[^,\n]*+|[^",\n][^,\n]*+)?'
_FIELD_PATTERN = re.compile(_FIELD + rb"(?=,|\r?\n|\Z)")
_RECORD_PATTERN = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+\n")
_QUOTED_PATTERN = re.compile(rb'"((?:[^"]|"")*+)"(.*)', re.DOTALL)
MAX_RECORD_BYTES = 1024 * 1024
"""A quote that is still open after this many bytes is taken for one that was forgotten."""


class Readable(Protocol):
    """A source of bytes: a file, a pipe, a decompressor."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Whole records, blank ones left out of `offsets`.

    Attributes
    ----------
    data : bytes
        The records as they stand in the file, each ended by a newline.
    offsets : int64 array, shape (n_records + 1,)
        Where each non-blank record begins in `data`; the last entry is `len(data)`.
    lines : int64 array, shape (n_records,)
        The physical line, from 1, on which each begins.
    regular : bool
        Quotes stand only around fields, so that any CSV parser agrees on the cells.
    bytes_read : int
        The position in the file behind the block.
    """

    data: bytes
    offsets: IntArray
    lines: IntArray
    regular: bool
    bytes_read: int

    def __len__(self) -> int:
        return len(self.lines)

    def record(self, index: int) -> bytes:
        """Return one record without the blank ones behind it or its line end."""
        return self.data[self.offsets[index] : self.offsets[index + 1]].rstrip(b"\r\n")


def split_fields(record: bytes) -> list[bytes]:
    """Split one record into its cells, quotes removed."""
    return [_unquote(match) for match in _split_raw(record)]


def _split_raw(record: bytes) -> list[bytes]:
    fields, position = [], 0
    while True:
        match = _FIELD_PATTERN.match(record, position)
        end = match.end() if match else _unclosed_end(record, position)
        fields.append(record[position:end])
        if end >= len(record):
            return fields
        position = end + 1


def _unclosed_end(record: bytes, position: int) -> int:
    comma = record.find(b",", position + 1)
    return len(record) if comma < 0 else comma


def _unquote(raw: bytes) -> bytes:
    match = _QUOTED_PATTERN.fullmatch(raw)
    return match[1].replace(b'""', b'"') + match[2] if match else raw


def read_record_blocks(
    file: Readable, *, block_bytes: int, fields: int, line: int = 1
) -> Iterator[RecordBlock]:
    """Yield the records of `file` from its present position, about `block_bytes` at a time.

    Parameters
    ----------
    file : binary file
        Read with `read(n)` only, so a pipe or a decompressor will do.
    block_bytes : int
        Memory is bounded by about this much plus `MAX_RECORD_BYTES`, whatever the file's length.
    fields : int
        How many fields a record should have: one that has not, and spans several lines, is taken
        for a forgotten quote and ends with its first line, so that the rows behind it are kept.
    line : int
        The line at the present position.
    """
    pending, bytes_read = b"", 0
    while True:
        fresh = file.read(block_bytes)
        data = pending + fresh
        if not fresh and data and not data.endswith(b"\n"):
            data += b"\n"
        block, used, line = _cut(data, line=line, fields=fields, final=not fresh)
        bytes_read += len(fresh)
        pending = data[used:]
        if len(block[2]):
            yield RecordBlock(*block, bytes_read - len(pending))
        if not fresh:
            return


_Cut = tuple[bytes, IntArray, IntArray, bool]


def _cut(data: bytes, *, line: int, fields: int, final: bool) -> tuple[_Cut, int, int]:
    """Return the whole records at the start of `data`, the bytes they take, and the next line."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    newlines = np.flatnonzero(buffer == _NEWLINE)
    quotes = np.flatnonzero(buffer == _QUOTE)
    outside = (np.searchsorted(quotes, newlines) & 1) == 0
    ends = newlines[outside] + 1
    used = int(ends[-1]) if len(ends) else 0
    regular = _quotes_are_regular(buffer, quotes[quotes < used])
    overdue = len(data) - used > MAX_RECORD_BYTES or (final and used < len(data))
    if not regular or overdue:
        ends = _ends_one_by_one(data, fields=fields, final=final)
        used = int(ends[-1]) if len(ends) else 0
        regular = False
    starts = np.concatenate(([0], ends[:-1])).astype(np.int64)[: len(ends)]
    lines = line + np.searchsorted(newlines, starts)
    filled = ~_is_blank(buffer, starts, ends)
    offsets = np.append(starts[filled], used).astype(np.int64)
    next_line = line + int(np.searchsorted(newlines, used))
    return (
        (data[:used], offsets, lines[filled].astype(np.int64), regular),
        used,
        next_line,
    )


def _is_blank(buffer: np.ndarray, starts: IntArray, ends: IntArray) -> np.ndarray:
    length = ends - starts
    only_return = (length == 2) & (buffer[starts] == _RETURN) if len(starts) else length == 2
    return np.asarray((length == 1) | only_return)


def _quotes_are_regular(buffer: np.ndarray, quotes: np.ndarray) -> bool:
    """Tell whether each quote opens, closes or doubles where RFC 4180 allows it."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = buffer[opening[opening > 0] - 1]
    after = buffer[closing + 1]
    opens = np.isin(before, (_COMMA, _NEWLINE, _QUOTE))
    closes = np.isin(after, (_COMMA, _NEWLINE, _RETURN, _QUOTE))
    return bool(opens.all() and closes.all())


def _ends_one_by_one(data: bytes, *, fields: int, final: bool) -> IntArray:
    """Find the record ends where quotes are irregular; an unclosed quote ends with its line.

    Slow, one step per record, and so taken only for a block that needs it.
    """
    ends, position = [], 0
    while position < len(data):
        match = _RECORD_PATTERN.match(data, position, position + MAX_RECORD_BYTES)
        is_complete = match is not None or final or len(data) - position > MAX_RECORD_BYTES
        if not is_complete:
            break
        is_record = match is not None and _is_plausible(match[0], fields)
        position = match.end() if match and is_record else _line_end(data, position)
        ends.append(position)
    return np.array(ends, dtype=np.int64)


def _is_plausible(record: bytes, fields: int) -> bool:
    spans_lines = b"\n" in record[:-1]
    return not spans_lines or len(_split_raw(record.rstrip(b"\r\n"))) == fields


def _line_end(data: bytes, position: int) -> int:
    newline = data.find(b"\n", position)
    return len(data) if newline < 0 else newline + 1
