"""Read records with any delimiter as if they had commas.

The delimiter and the comma change places in every record before it is cut, and back in every cell
afterwards. Lengths, lines and quotes stay as they are, so the rest of the reader knows only commas.
"""

import re

import pyarrow as pa

from ml.reading.records.byte_source import Readable
from ml.reading.records.fields import first_record

COMMA = b","
DELIMITERS = (COMMA, b";", b"\t", b"|")
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_QUOTED = re.compile(rb'"(?:[^"]|"")*+"')


class Exchange:
    """Exchanges a delimiter and the comma; doing it twice changes nothing."""

    def __init__(self, delimiter: bytes) -> None:
        self.delimiter = delimiter
        self._table = bytes.maketrans(delimiter + COMMA, COMMA + delimiter)

    @property
    def is_needed(self) -> bool:
        """Whether the delimiter is not the comma already."""
        return self.delimiter != COMMA

    def apply(self, data: bytes) -> bytes:
        """Return the bytes with delimiters and commas exchanged."""
        return data.translate(self._table) if self.is_needed else data

    def apply_to_cells(self, cells: pa.Array) -> pa.Array:
        """Do the same in an array of type binary."""
        validity, offsets, data = cells.buffers()
        if data is None:
            return cells
        exchanged = pa.py_buffer(self.apply(data.to_pybytes()))
        return pa.Array.from_buffers(
            pa.binary(), len(cells), [validity, offsets, exchanged], offset=cells.offset
        )


class Exchanged:
    """A source whose delimiter and comma are exchanged as it is read."""

    def __init__(self, source: Readable, exchange: Exchange) -> None:
        self._source, self._exchange = source, exchange

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        return self._exchange.apply(self._source.read(size))


def find_delimiter(start: bytes) -> bytes:
    """Return the delimiter that the first record has most of; the comma if none has more."""
    header = _QUOTED.sub(b"", first_record(start).split(b"\n", 1)[0])
    return max(DELIMITERS, key=header.count)
