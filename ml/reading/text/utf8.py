"""Read text in any accepted charset as UTF-8, in pieces.

The charset is decided at the first byte beyond ASCII, from the bytes that follow it, and so does
not depend on how much is read at a time. UTF-8 passes through unchanged.
"""

import codecs
from collections.abc import Callable

from ml.errors import CsvError
from ml.reading.other_types import refuse_other_types
from ml.reading.records.byte_source import Readable, Seekable, read_up_to
from ml.reading.text.charsets import (
    SAMPLE_BYTES,
    UTF8,
    UTF16,
    WINDOWS,
    decode_windows,
    is_utf8,
    refuse_other_charset,
    utf16_codec,
)

_START_BYTES = 1024
_SKIPPED_BYTES = 1024 * 1024
_Convert = Callable[[bytes], bytes]


class Utf8Text:
    """The text of a file that is at its start; `seek` works if the file can seek."""

    def __init__(self, file: Readable | Seekable) -> None:
        self._file = file
        self.charset = UTF8
        self._begin()

    def _begin(self) -> None:
        self._ready = b""  # UTF-8 to give out
        self._convert: _Convert | None = None
        self._is_decided = self._has_started = False
        self.position = 0
        """In the UTF-8 text."""
        self.bytes_taken = 0
        """From the file."""

    @property
    def is_converted(self) -> bool:
        """Whether positions in the text differ from those in the file."""
        return self._convert is not None

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes of UTF-8; none at the end.

        Raises
        ------
        CsvError
            The text is damaged UTF-16.
        UnsupportedFileTypeError
            The file is no text, or in a charset that is not read.
        """
        while not self._ready and (data := self._take(size)):
            self._ready = self._to_utf8(data)
        if not self._ready and size and isinstance(self._convert, _Utf16):
            self._convert(b"", is_end=True)  # raises if half a character is left
        text, self._ready = self._ready[:size], self._ready[size:]
        self.position += len(text)
        return text

    def seek(self, position: int, /) -> None:
        """Go to a byte of the UTF-8 text; unless that is the file's text, by reading up to it."""
        assert hasattr(self._file, "seek"), "the file cannot seek"
        if position < self.position and not self._passes_through:
            self._file.seek(0)
            self._begin()
        while position != self.position:
            if self._passes_through:
                self._file.seek(position)
                self._ready, self.position, self.bytes_taken = b"", position, position
            elif not self.read(min(position - self.position, _SKIPPED_BYTES)):
                return

    @property
    def _passes_through(self) -> bool:
        return self._is_decided and self._convert is None

    def _take(self, size: int) -> bytes:
        data = self._file.read(size) if self._has_started else self._start(size)
        self.bytes_taken += len(data)
        return data

    def _start(self, size: int) -> bytes:
        self._has_started = True
        start = read_up_to(self._file, max(size, _START_BYTES))
        refuse_other_types(start)
        self._is_decided = start.startswith(codecs.BOM_UTF8)
        if codec := utf16_codec(start[:_START_BYTES]):
            self.charset, self._is_decided = UTF16, True
            self._convert = _Utf16(codec)
        return start

    def _to_utf8(self, data: bytes) -> bytes:
        if not self._is_decided and not data.isascii():
            return self._decide(data)
        return data if self._convert is None else self._convert(data)

    def _decide(self, data: bytes) -> bytes:
        ascii_end = _ascii_length(data)
        missing = SAMPLE_BYTES - (len(data) - ascii_end)
        more = read_up_to(self._file, missing) if missing > 0 else b""
        self.bytes_taken += len(more)
        data += more
        sample = data[ascii_end : ascii_end + SAMPLE_BYTES]
        self._is_decided = True
        if is_utf8(sample):
            return data
        refuse_other_charset(sample)
        self.charset, self._convert = WINDOWS, _windows_to_utf8
        return _windows_to_utf8(data)


class _Utf16:
    def __init__(self, codec: str) -> None:
        self._decoder = codecs.getincrementaldecoder(codec)()
        self._is_first = True

    def __call__(self, data: bytes, *, is_end: bool = False) -> bytes:
        try:
            text = self._decoder.decode(data, is_end)
        except UnicodeDecodeError as error:
            raise CsvError(f"The UTF-16 text is damaged ({error.reason}).") from None
        if self._is_first and text:
            text, self._is_first = text.removeprefix("\ufeff"), False
        return text.encode()


def _windows_to_utf8(data: bytes) -> bytes:
    return decode_windows(data).encode()


def _ascii_length(data: bytes) -> int:
    """Return how many bytes come before the first one beyond ASCII."""
    low, high = 0, len(data)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if data[low:middle].isascii() else (low, middle)
    return low
