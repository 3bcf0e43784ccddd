"""Read a file's content, also if it was compressed with gzip or Zstandard.

Told by the first bytes, not by the name. What comes out is limited while it comes out, for a few
kilobytes can be made to unpack to a full disk: by its size, and by how often it is larger than what
went in.
"""

from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from ml.errors import ContentTooLargeError, CsvError

GZIP, ZSTANDARD = "gzip", "zstd"
MAGIC = {b"\x1f\x8b": GZIP, b"\x28\xb5\x2f\xfd": ZSTANDARD}
MIB = 1024 * 1024
RATIO_FREE_BYTES = 4 * MIB
"""Up to here no ratio is too high: little harm can come of it."""
SKIPPED_BYTES = MIB


@dataclass(frozen=True, slots=True)
class ContentLimits:
    """How much may come out of a compressed file.

    Real tracks compress to about a third, which is a ratio of 3; gzip's highest is 1,032.
    """

    max_bytes: int = 16 * 1024 * MIB
    max_ratio: int = 100


class TrackContent:
    """The content of a file, decompressed if need be; only as much of it is held as is asked for.

    Parameters
    ----------
    file : binary file
        It can seek, and is not closed.
    limits : ContentLimits
        For compressed content only: plain content is as large as the file.
    """

    def __init__(self, file: BinaryIO, limits: ContentLimits) -> None:
        self._file, self._limits = file, limits
        self._source = _Source(file)
        self._stream: pa.NativeFile | None = None
        self._kind: str | None = None
        self._position = 0
        """In the content of a compressed file."""
        self._is_open = False

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end.

        Raises
        ------
        CsvError
            The compressed data is damaged or cut off.
        ContentTooLargeError
            More comes out than is allowed.
        """
        if not self._is_open:
            self._open()
        if self._stream is None:
            return self._file.read(size)
        content = self._decompress(self._stream, size)
        self._position += len(content)
        self._check_size()
        return content

    def seek(self, position: int) -> None:
        """Go to a byte of the content; in compressed content, by reading up to it."""
        if not self._is_open or position < self._position:
            self._open()
        if self._stream is None:
            self._file.seek(position)
            return
        while missing := position - self._position:
            if not self.read(min(missing, SKIPPED_BYTES)):
                return

    def _open(self) -> None:
        self._file.seek(0)
        start = self._file.read(max(map(len, MAGIC)))
        self._file.seek(0)
        self._position, self._is_open = 0, True
        self._kind = next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), None)
        if self._kind is not None:
            source = pa.PythonFile(self._source, mode="r")
            self._stream = pa.CompressedInputStream(source, self._kind)

    def _decompress(self, stream: pa.NativeFile, size: int) -> bytes:
        try:
            return bytes(stream.read(size))
        except (OSError, pa.ArrowException) as error:
            if self._source.error is not None:  # not the data: the file could not be read
                raise self._source.error from None
            raise CsvError(
                f"The {self._kind} data is damaged or cut off, behind {self._position:,} bytes "
                f"of content ({error})."
            ) from error

    def _check_size(self) -> None:
        limits, size = self._limits, self._position
        if size > limits.max_bytes:
            raise ContentTooLargeError(
                f"The content of the compressed file has more than {limits.max_bytes:,} bytes, "
                "which is the limit. Send it in parts."
            )
        if size > RATIO_FREE_BYTES and size > limits.max_ratio * self._file.tell():
            raise ContentTooLargeError(
                f"The content is more than {limits.max_ratio} times as large as the compressed "
                "file, which is the limit. Send it uncompressed."
            )


class _Source:
    """A file as Arrow reads it: not closed, and with what went wrong kept apart from Arrow's."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """Read the file."""
        try:
            return self._file.read(size)
        except Exception as error:
            self.error = error
            raise

    def close(self) -> None:
        """Leave the file open, for whoever opened it."""
