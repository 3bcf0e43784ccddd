"""Read a file in parts of bounded size and bounded line count, whatever its lines look like."""

import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ml.reading.records.byte_source import Readable, read_up_to
from ml.reading.records.fields import MAX_RECORD_BYTES

NEWLINE = 10
_MAX_LINES = 32_768
"""Lines cost memory too: 8 MiB of them, each empty or wrong, would be millions of objects."""


class Part(NamedTuple):
    """A part of a file.

    `end` is the position in the file after what was kept of it; `is_last` marks the end of the
    file, whose part is empty.
    """

    data: bytes
    end: int
    is_last: bool


def read_parts(file: Readable, part_bytes: int) -> Iterator[Part]:
    """Yield the parts of a file, long lines shortened, then an empty last one."""
    long_lines, read = _LongLines(), 0
    while fresh := read_up_to(file, part_bytes):
        for data in _few_lines(fresh):
            read += len(data)
            kept = long_lines.shorten(data)
            yield Part(kept, read - long_lines.left_out, False)
    yield Part(b"", read, True)


def _few_lines(data: bytes) -> Iterator[bytes]:
    is_newline = np.frombuffer(data, dtype=np.uint8) == NEWLINE
    if np.count_nonzero(is_newline) <= _MAX_LINES:
        yield data
        return
    newlines = np.flatnonzero(is_newline)
    cuts = (newlines[_MAX_LINES - 1 :: _MAX_LINES] + 1).tolist()
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        if start < end:
            yield data[start:end]


class _LongLines:
    """Cuts lines off after `MAX_RECORD_BYTES`, so that an endless one cannot fill the memory.

    One more byte is kept, which shows that the record is too long.
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
