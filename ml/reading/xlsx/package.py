"""The parts of a workbook: files in a ZIP archive, of which only so much is unpacked."""

import io
import struct
import zipfile
import zlib
from typing import IO, BinaryIO

from ml.detected import ACCEPTED
from ml.errors import ContentTooLargeError, CsvError, UnsupportedFileTypeError
from ml.reading.compression import ContentLimits

MAGIC = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_BYTES = 22
_ZIP64_LOCATOR = b"PK\x06\x07"
_MAX_COMMENT_BYTES = 65_535
_MAX_DIRECTORY_BYTES = 1024 * 1024
"""About 10,000 parts; `zipfile` makes an object of each."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What `zipfile` raises on damaged or unusual archives."""


class Package:
    """An archive that can seek, and how much may be unpacked from it."""

    def __init__(self, file: BinaryIO, limits: ContentLimits) -> None:
        self._limits = limits
        self.size = file.seek(0, io.SEEK_END)
        self._unpacked = 0
        _check_directory(file, self.size)
        try:
            self._archive = zipfile.ZipFile(file)
        except DAMAGED as error:
            raise damaged(error) from error

    def has(self, name: str) -> bool:
        """Tell whether there is a part of this name."""
        return name in self._archive.NameToInfo

    def size_of(self, name: str) -> int:
        """Return how large a part says it is."""
        return max(1, self._archive.getinfo(name).file_size)

    def open(self, name: str) -> "Part":
        """Open a part.

        Raises
        ------
        CsvError
            It is missing, encrypted, or packed in a way that workbooks are not.
        """
        try:
            if self._archive.getinfo(name).compress_type not in _METHODS:
                raise CsvError(f"The part {name[:100]!r} of the workbook is packed unusually.")
            return Part(self, self._archive.open(name))
        except KeyError:
            raise CsvError(f"The workbook has no part {name[:100]!r}.") from None
        except DAMAGED as error:
            raise damaged(error) from error

    def count(self, size: int) -> None:
        """Count unpacked bytes.

        Raises
        ------
        ContentTooLargeError
            There are more than is allowed.
        """
        self._unpacked += size
        limits, unpacked = self._limits, self._unpacked
        if unpacked > limits.max_bytes:
            raise ContentTooLargeError(
                f"The workbook has more than {limits.max_bytes:,} bytes of content, "
                "which is the limit. Send it in parts."
            )
        if unpacked > limits.max_ratio * self.size:
            raise ContentTooLargeError(
                f"The content is more than {limits.max_ratio} times as large as the workbook, "
                "which is the limit. Send it as CSV."
            )


class Part:
    """A part that is being read; what comes out of it is counted."""

    def __init__(self, package: Package, stream: IO[bytes]) -> None:
        self._package, self._stream = package, stream
        self.position = 0

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        try:
            data = self._stream.read(size)
        except DAMAGED as error:
            raise damaged(error) from error
        self.position += len(data)
        self._package.count(len(data))
        return data


def damaged(error: Exception) -> CsvError:
    """Return the error for an archive that cannot be read."""
    return CsvError(f"The workbook is damaged ({str(error)[:200]}).")


def _check_directory(file: BinaryIO, size: int) -> None:
    """Refuse an archive whose list of parts would take much memory."""
    tail_size = min(size, _END_BYTES + _MAX_COMMENT_BYTES)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = len(tail) - _END_BYTES
    if not tail[max(at, 0) :].startswith(_END):
        at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise CsvError("The workbook is cut off: its end is missing.")
    (directory_bytes,) = struct.unpack_from("<I", tail, at + 12)
    if directory_bytes > _MAX_DIRECTORY_BYTES or tail[max(at - 20, 0) : at].startswith(
        _ZIP64_LOCATOR
    ):
        raise UnsupportedFileTypeError(f"This looks like a large ZIP archive. {ACCEPTED}")
    file.seek(0)
