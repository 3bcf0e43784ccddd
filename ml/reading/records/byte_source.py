"""Sources of bytes: anything with `read(n)`, such as a file, a pipe or a decompressor."""

import io
from typing import Protocol


class Readable(Protocol):
    """A source that is read from start to end."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


class Seekable(Readable, Protocol):
    """A source that can be read from any byte."""

    def seek(self, position: int, /) -> object:
        """Go to a byte, counted from 0."""


def read_up_to(source: Readable, size: int) -> bytes:
    """Return `size` bytes, fewer only at the end; a pipe may return less per read."""
    parts, missing = [], size
    while missing > 0 and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


class Rejoined:
    """Bytes that were already read from a source, then the rest of it."""

    def __init__(self, start: bytes, rest: Readable) -> None:
        self._start = io.BytesIO(start)
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        return self._start.read(size) or self._rest.read(size)
