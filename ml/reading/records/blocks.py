"""Cut a CSV file into blocks of whole records, and tell on which line each record begins.

Quoting is RFC 4180 as Python's `csv` reads it: a quote opens a field only as its first character,
a doubled quote inside is one quote, a stray quote elsewhere is an ordinary character.
Knows nothing of columns or tracks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.reading.records.byte_source import Readable
from ml.reading.records.line_parts import read_parts
from ml.reading.records.record_ends import record_ends
from ml.reading.records.regular_quotes import BlockBytes, is_plain, starts_of
from ml.track import FilePosition, IntArray


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Whole records; `offsets` leaves out blank ones.

    Attributes
    ----------
    data : bytes
        The records as they are in the file, each ended by a newline; a line longer than
        `MAX_RECORD_BYTES` is cut off.
    offsets : int64 array, shape (n_records + 1,)
        Where each non-blank record begins in `data`; the last entry is `len(data)`.
    lines : int64 array, shape (n_records,)
        The physical line, from 1, on which each begins.
    regular : bool
        Quotes enclose whole fields, CR appears only before LF, and no record is too long, so that
        any CSV parser agrees on the cells.
    bytes_read : int
        The position in the file after the block.
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

    @property
    def end(self) -> FilePosition:
        """The place in the file after the block."""
        return FilePosition(self.bytes_read, self.next_line)

    def record(self, index: int) -> bytes:
        """Return one record without its line end or the blank lines after it."""
        return self.data[self.offsets[index] : self.offsets[index + 1]].rstrip(b"\r\n")


def read_record_blocks(
    file: Readable, *, block_bytes: int, fields: int, line: int = 1, position: int = 0
) -> Iterator[RecordBlock]:
    """Yield the records of `file` from its present position, about `block_bytes` at a time.

    Which records there are, and on which lines, does not depend on `block_bytes`.

    Parameters
    ----------
    file : binary file
        Only `read(n)` is used, so a pipe or a decompressor will do.
    block_bytes : int
        Memory is bounded by about this much plus `MAX_RECORD_BYTES`, whatever the file's length.
    fields : int
        How many fields a record should have. If one spans several lines and has another number, or
        has text after a closing quote, a quote was forgotten: it ends with its first line, so that
        the rows after it are kept.
    line, position : int
        The line and the byte of the file that come next.
    """
    pending = b""
    for part in read_parts(file, block_bytes):
        data = pending + part.data
        if part.is_last and data and not data.endswith(b"\n"):
            data += b"\n"
        end = position + part.end
        block = _cut(data, line=line, end=end, fields=fields, is_last=part.is_last)
        pending, line = data[len(block.data) :], block.next_line
        if len(block):
            yield block


def _cut(data: bytes, *, line: int, end: int, fields: int, is_last: bool) -> RecordBlock:
    """Return the whole records at the start of `data`, which goes up to `end` in the file."""
    block = BlockBytes(data)
    ends, regular = record_ends(data, block, fields=fields, is_last=is_last)
    used = int(ends[-1]) if len(ends) else 0
    starts = starts_of(ends)
    starts = starts[~block.is_blank(starts, ends)]
    offsets, records = np.append(starts, used).astype(np.int64), data[:used]
    return RecordBlock(
        data=records,
        offsets=offsets,
        lines=(line + np.searchsorted(block.newlines, starts)).astype(np.int64),
        regular=regular and is_plain(records, offsets),
        bytes_read=end - (len(data) - used),
        next_line=line + int(np.searchsorted(block.newlines, used)),
    )
