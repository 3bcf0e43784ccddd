"""Cut a CSV file into blocks of whole records and tell on which line each record begins.

Quoting is RFC 4180 as Python's `csv` reads it: a quote opens a field only as its first character,
a doubled quote inside is one quote, a stray quote elsewhere is an ordinary character.
Knows nothing of columns or tracks.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ml.reading.open_quotes import OpenQuotes
from ml.track import IntArray

_NEWLINE, _QUOTE, _COMMA, _RETURN = 10, 34, 44, 13
_FIELD = rb'(?:"[^"]*+(?:""[^"]*+)*+"[^,\n]*+|[^",\n][^,\n]*+)?'
_FIELD_PATTERN = re.compile(_FIELD + rb"(?=,|\r?\n|\Z)")
_RECORD_PATTERN = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+\n")
_QUOTED_PATTERN = re.compile(rb'"([^"]*+(?:""[^"]*+)*+)"(.*)', re.DOTALL)
MAX_RECORD_BYTES = 1024 * 1024
"""A quote that is still open after this many bytes is taken for one that was forgotten."""
_MAX_BLOCK_LINES = 32_768
"""Lines cost memory too: 8 MiB of them, each empty or wrong, would be millions of objects."""


class Readable(Protocol):
    """A source of bytes: a file, a pipe, a decompressor."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


class Seekable(Readable, Protocol):
    """A source of bytes that can go on at any of them."""

    def seek(self, position: int, /) -> object:
        """Go to a byte, counted from 0."""


def read_up_to(file: Readable, size: int) -> bytes:
    """Return `size` bytes, fewer only at the end: a pipe answers with what it has."""
    parts, missing = [], size
    while missing > 0 and (part := file.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Whole records, blank ones left out of `offsets`.

    Attributes
    ----------
    data : bytes
        The records as they stand in the file, each ended by a newline; of a line longer than
        `MAX_RECORD_BYTES` only the first of its bytes.
    offsets : int64 array, shape (n_records + 1,)
        Where each non-blank record begins in `data`; the last entry is `len(data)`.
    lines : int64 array, shape (n_records,)
        The physical line, from 1, on which each begins.
    regular : bool
        Quotes stand only around fields, CR only before LF, and no record is too long, so that
        any CSV parser agrees on the cells.
    bytes_read : int
        The position in the file behind the block.
    next_line : int
        The line at that position.
    """

    data: bytes
    offsets: IntArray
    lines: IntArray
    regular: bool
    bytes_read: int
    next_line: int

    def __len__(self) -> int:
        return len(self.lines)

    def record(self, index: int) -> bytes:
        """Return one record without the blank ones behind it or its line end."""
        return self.data[self.offsets[index] : self.offsets[index + 1]].rstrip(b"\r\n")


def first_record(data: bytes) -> bytes:
    """Return the first record with its newline, or the first line if a quote stays open."""
    match = _RECORD_PATTERN.match(data)
    return match[0] if match else data[: data.find(b"\n") + 1] or data


def split_fields(record: bytes) -> list[bytes]:
    """Split one record into its cells, quotes removed."""
    if b'"' not in record:
        return record.split(b",")
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
    file: Readable, *, block_bytes: int, fields: int, line: int = 1, position: int = 0
) -> Iterator[RecordBlock]:
    """Yield the records of `file` from its present position, about `block_bytes` at a time.

    Which records there are, and on which lines, does not depend on `block_bytes`.

    Parameters
    ----------
    file : binary file
        Read with `read(n)` only, so a pipe or a decompressor will do.
    block_bytes : int
        Memory is bounded by about this much plus `MAX_RECORD_BYTES`, whatever the file's length.
    fields : int
        How many fields a record should have. One that spans several lines and has not, or has
        text behind a closing quote, is taken for a forgotten quote: it ends with its first line,
        so that the rows behind it are kept.
    line, position : int
        The line and the byte of the file that come next.
    """
    pending = b""
    for fresh, read, final in _read_parts(file, block_bytes):
        data = pending + fresh
        if final and data and not data.endswith(b"\n"):
            data += b"\n"
        block, used, line = _cut(data, line=line, fields=fields, final=final)
        pending = data[used:]
        if len(block[2]):
            yield RecordBlock(*block, position + read - len(pending), line)


def _read_parts(file: Readable, block_bytes: int) -> Iterator[tuple[bytes, int, bool]]:
    """Yield stretches of the file, the position behind what is kept of each, and if it ended."""
    long_lines, read = _LongLines(), 0
    while fresh := read_up_to(file, block_bytes):
        for part in _few_lines(fresh):
            read += len(part)
            part = long_lines.shorten(part)
            yield part, read - long_lines.left_out, False
    yield b"", read, True


def _few_lines(data: bytes) -> Iterator[bytes]:
    is_newline = np.frombuffer(data, dtype=np.uint8) == _NEWLINE
    if np.count_nonzero(is_newline) <= _MAX_BLOCK_LINES:
        yield data
        return
    newlines = np.flatnonzero(is_newline)
    cuts = (newlines[_MAX_BLOCK_LINES - 1 :: _MAX_BLOCK_LINES] + 1).tolist()
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        if start < end:
            yield data[start:end]


class _LongLines:
    """Cuts lines off behind `MAX_RECORD_BYTES`: one without end must not take all memory.

    One byte more is kept, by which the record is known as too long.
    """

    def __init__(self) -> None:
        self._length = 0  # of the line that has not ended yet

    @property
    def left_out(self) -> int:
        """The bytes of the unfinished line that were left out."""
        return max(0, self._length - MAX_RECORD_BYTES - 1)

    def shorten(self, part: bytes) -> bytes:
        kept = []
        for line in io.BytesIO(part):
            room = max(0, MAX_RECORD_BYTES + 1 - self._length)
            has_end = line.endswith(b"\n")
            kept.append(line if len(line) <= room else line[:room] + b"\n" * has_end)
            self._length = 0 if has_end else self._length + len(line)
        return b"".join(kept)


_Cut = tuple[bytes, IntArray, IntArray, bool]


def _cut(data: bytes, *, line: int, fields: int, final: bool) -> tuple[_Cut, int, int]:
    """Return the whole records at the start of `data`, the bytes they take, and the next line."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    newlines = np.flatnonzero(buffer == _NEWLINE)
    quotes = np.flatnonzero(buffer == _QUOTE)
    ends = newlines[_is_outside(newlines, quotes)] + 1
    used = int(ends[-1]) if len(ends) else 0
    regular = _quotes_are_regular(buffer, quotes[quotes < used])
    regular = regular and _spans_are_plausible(buffer, quotes, newlines, ends, fields)
    overdue = len(data) - used > MAX_RECORD_BYTES or (final and used < len(data))
    if not regular or overdue:
        ends = _ends_one_by_one(data, fields=fields, final=final)
        used = int(ends[-1]) if len(ends) else 0
        regular = False
    starts = _starts(ends)
    lines = line + np.searchsorted(newlines, starts)
    filled = ~_is_blank(buffer, starts, ends)
    offsets = np.append(starts[filled], used).astype(np.int64)
    next_line = line + int(np.searchsorted(newlines, used))
    records = data[:used]
    regular = regular and _is_plain(records, offsets)
    return (records, offsets, lines[filled].astype(np.int64), regular), used, next_line


def _starts(ends: IntArray) -> IntArray:
    return np.concatenate(([0], ends[:-1])).astype(np.int64)[: len(ends)]


def _is_outside(positions: IntArray, quotes: IntArray) -> np.ndarray:
    return np.asarray((np.searchsorted(quotes, positions) & 1) == 0)


def _is_blank(buffer: np.ndarray, starts: IntArray, ends: IntArray) -> np.ndarray:
    length = ends - starts
    only_return = (length == 2) & (buffer[starts] == _RETURN) if len(starts) else length == 2
    return np.asarray((length == 1) | only_return)


def _is_plain(records: bytes, offsets: IntArray) -> bool:
    """Tell whether CR stands only before LF (Arrow ends a row at any) and no record is too long.

    Arrow also takes a byte order mark away, which here would be the start of a cell.
    """
    # NumPy looks through megabytes in a tenth of the time that `count` takes.
    has_return = bool((np.frombuffer(records, dtype=np.uint8) == _RETURN).any())
    has_bare_return = has_return and records.count(b"\r") != records.count(b"\r\n")
    is_short = bool((np.diff(offsets) <= MAX_RECORD_BYTES).all())
    return is_short and not has_bare_return and not records.startswith(b"\xef\xbb\xbf")


def _quotes_are_regular(buffer: np.ndarray, quotes: np.ndarray) -> bool:
    """Tell whether each quote opens, closes or doubles where RFC 4180 allows it."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = buffer[opening[opening > 0] - 1]
    after = buffer[closing + 1]
    opens = np.isin(before, (_COMMA, _NEWLINE, _QUOTE))
    closes = np.isin(after, (_COMMA, _NEWLINE, _RETURN, _QUOTE))
    return bool(opens.all() and closes.all())


def _spans_are_plausible(
    buffer: np.ndarray, quotes: IntArray, newlines: IntArray, ends: IntArray, fields: int
) -> bool:
    """Tell whether every record of several lines has as many fields as it should."""
    starts = _starts(ends)
    spans = np.searchsorted(newlines, ends) - np.searchsorted(newlines, starts) > 1
    if not spans.any():
        return True
    commas = np.flatnonzero(buffer == _COMMA)
    commas = commas[_is_outside(commas, quotes)]
    counts = np.searchsorted(commas, ends[spans]) - np.searchsorted(commas, starts[spans])
    lengths = ends[spans] - starts[spans]
    return bool((counts + 1 == fields).all() and (lengths <= MAX_RECORD_BYTES).all())


def _ends_one_by_one(data: bytes, *, fields: int, final: bool) -> IntArray:
    """Find the record ends where quotes are irregular; an unclosed quote ends with its line.

    Slow, one step per record, and so taken only for a block that needs it.
    """
    quotes = OpenQuotes(data)
    ends, position = [], 0
    while line_end := data.find(b"\n", position) + 1:
        record = quotes.record_at(position)
        if record is None and not final and len(data) - position <= MAX_RECORD_BYTES:
            break
        is_plausible = (
            record is not None
            and record.is_clean
            and record.fields == fields
            and record.end - position <= MAX_RECORD_BYTES
        )
        position = record.end if record and is_plausible else line_end
        ends.append(position)
    return np.array(ends, dtype=np.int64)
