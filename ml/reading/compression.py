"""Read the content of a file, plain or compressed with gzip or Zstandard.

The first bytes tell, not the name. A few kilobytes can be crafted to unpack to a full disk, so the
content is limited as it is read: by size, and by ratio to the compressed bytes.
"""

from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from ml.errors import ContentTooLargeError, CsvError

GZIP, ZSTANDARD = "gzip", "zstd"
MAGIC = {b"\x1f\x8b": GZIP, b"\x28\xb5\x2f\xfd": ZSTANDARD}
MIB = 1024 * 1024
SKIPPED_BYTES = MIB


@dataclass(frozen=True, slots=True)
class ContentLimits:
    """How much content a compressed file may have.

    Real tracks compress at a ratio of about 3; the highest of gzip is 1,032.
    """

    max_bytes: int = 16 * 1024 * MIB
    max_ratio: int = 100


class TrackContent:
    """The content of a file, decompressed if necessary, and read in pieces.

    Parameters
    ----------
    file : binary file
        Must be able to seek; is not closed.
    limits : ContentLimits
        For compressed files only; plain content is as large as its file.
    """

    def __init__(self, file: BinaryIO, limits: ContentLimits) -> None:
        self._file, self._limits = file, limits
        self._source = _Source(file)
        self._stream: pa.NativeFile | None = None
        self._kind: str | None = None
        self._position = 0
        """In the content, if the file is compressed."""
        self._is_open = False

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end.

        Raises
        ------
        CsvError
            The compressed data is damaged or truncated.
        ContentTooLargeError
            There is more content than is allowed.
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
        """Go to a byte of the content; if it is compressed, by reading up to there."""
        if not self._is_open or position < self._position:
            self._open()
        if self._stream is None:
            self._file.seek(position)
            return
        while missing := position - self._position:
            if not self.read(min(missing, SKIPPED_BYTES)):
                return

    @property
    def compression(self) -> str | None:
        """How the file is compressed; None if it is not, or not read yet."""
        return self._kind

    def bytes_read(self, position: int) -> int:
        """Return how much of the file was read to get to a byte of the content."""
        return position if self._stream is None else self._file.tell()

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
            if self._source.error is not None:  # reading the file failed, not decompressing it
                raise self._source.error from None
            raise CsvError(
                f"The {self._kind} data is damaged or truncated after {self._position:,} bytes "
                f"of content ({error})."
            ) from error

    def _check_size(self) -> None:
        limits, size = self._limits, self._position
        if size > limits.max_bytes:
            raise ContentTooLargeError(
                f"The compressed file has more than {limits.max_bytes:,} bytes of content, "
                "which is the limit. Send it in parts."
            )
        if size > limits.max_ratio * self._file.tell():
            raise ContentTooLargeError(
                f"The content is more than {limits.max_ratio} times as large as the compressed "
                "file, which is the limit. Send it uncompressed."
            )


class _Source:
    """A file for Arrow to read: it stays open, and its own errors are kept apart from Arrow's."""

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
        """Leave the file open; its owner closes it."""
