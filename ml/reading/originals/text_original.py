"""A CSV file as it is, in any charset and with any delimiter."""

from collections.abc import Iterator

from ml.reading.csv_block import BlockParser
from ml.reading.csv_header import Header, read_header
from ml.reading.originals.original import (
    BLOCK_BYTES,
    Original,
    OriginalBlock,
    OriginalRow,
    ids_by_line,
)
from ml.reading.read_options import DEFAULTS, ReadOptions
from ml.reading.records.blocks import RecordBlock, read_record_blocks
from ml.reading.records.byte_source import Seekable, read_up_to
from ml.reading.records.fields import split_fields
from ml.reading.text.charsets import UTF16, WINDOWS
from ml.reading.text.delimiters import Exchanged
from ml.reading.text.utf8 import Utf8Text
from ml.track import RejectCode

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LINE_END = b"\r\n"
_CODECS = {UTF16: "utf-16-le", WINDOWS: "cp1252"}


class TextOriginal(Original):
    """A CSV file that is at its start; its text is UTF-8 here, whatever it is in the file."""

    def __init__(self, content: Seekable, options: ReadOptions = DEFAULTS) -> None:
        self._text, self._options = Utf8Text(content), options
        self._header: Header = read_header(self._text, options)
        self._text.seek(0)
        start = read_up_to(self._text, self._header.end.byte)
        self.delimiter = self._header.exchange.delimiter
        header = start.rstrip(LINE_END).removeprefix(BYTE_ORDER_MARK).lstrip(LINE_END)
        self.has_mark = start.startswith(BYTE_ORDER_MARK) or self._text.charset == UTF16
        self.line_end = LINE_END if start.endswith(LINE_END) else b"\n"
        names = self.cells(self._header.exchange.apply(header))
        super().__init__([name.decode().strip() for name in names], header)

    def read(self) -> Iterator[OriginalBlock]:
        end, exchange = self._header.end, self._header.exchange
        self._text.seek(end.byte)
        allow_missing = self._options.allow_missing
        parser = BlockParser(self._header.names, exchange, allow_missing=allow_missing)
        for block in read_record_blocks(
            Exchanged(self._text, exchange),
            block_bytes=BLOCK_BYTES,
            fields=len(self.names),
            line=end.line,
            position=end.byte,
        ):
            yield OriginalBlock(_rows_of(block, parser))

    def cells(self, record: bytes) -> list[bytes]:
        return [self._header.exchange.apply(cell) for cell in split_fields(record)]

    def as_sent(self, record: bytes) -> bytes:
        return self._header.exchange.apply(record)

    def encode(self, text: bytes) -> bytes:
        """Return UTF-8 in the charset of the file; what it lacks becomes a question mark.

        Up to the first character beyond ASCII, the charset does not matter.
        """
        codec = _CODECS.get(self._text.charset)
        return text.decode(errors="replace").encode(codec, errors="replace") if codec else text


def _rows_of(block: RecordBlock, parser: BlockParser) -> list[OriginalRow]:
    chunk = parser.parse(block)
    ids = ids_by_line(chunk.tracks)
    ragged = {
        reject.line for reject in chunk.rejects if reject.code is RejectCode.WRONG_FIELD_COUNT
    }
    return [
        OriginalRow(block.record(index), line, ids.get(line), line in ragged)
        for index, line in enumerate(block.lines.tolist())
    ]
