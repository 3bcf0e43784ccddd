"""Tell with NumPy whether every CSV parser would see the same cells in a block."""

import numpy as np
import numpy.typing as npt

from ml.reading.records.fields import MAX_RECORD_BYTES
from ml.track import IntArray

_NEWLINE, _QUOTE, _COMMA, _RETURN = 10, 34, 44, 13
Bytes = npt.NDArray[np.uint8]


class BlockBytes:
    """The bytes of a block, and where its newlines and quotes are."""

    def __init__(self, data: bytes) -> None:
        self.bytes: Bytes = np.frombuffer(data, dtype=np.uint8)
        self.newlines = np.flatnonzero(self.bytes == _NEWLINE)
        self.quotes = np.flatnonzero(self.bytes == _QUOTE)

    def record_ends(self) -> IntArray:
        """Return where records end if every quote opens or closes a cell: at newlines outside."""
        return np.asarray(self.newlines[_is_outside(self.newlines, self.quotes)] + 1)

    def quotes_are_regular(self, ends: IntArray, fields: int) -> bool:
        """Tell whether the quotes up to the last end are where RFC 4180 allows them.

        A record that spans lines must also have `fields` fields and a plausible length.
        """
        used = ends[-1] if len(ends) else 0
        quotes = self.quotes[self.quotes < used]
        before = self.bytes[quotes[0::2][quotes[0::2] > 0] - 1]
        opens = np.isin(before, (_COMMA, _NEWLINE, _QUOTE))
        is_regular = bool(opens.all()) and self._close_a_cell(quotes[1::2])
        return is_regular and self._spans_are_plausible(ends, fields)

    def _close_a_cell(self, quotes: IntArray) -> bool:
        after = self.bytes[quotes + 1]
        returns = quotes[after == _RETURN]
        before_newline = self.bytes[returns + 2] == _NEWLINE
        closes = np.isin(after, (_COMMA, _NEWLINE, _RETURN, _QUOTE))
        return bool(closes.all() and before_newline.all())

    def _spans_are_plausible(self, ends: IntArray, fields: int) -> bool:
        starts = starts_of(ends)
        lines = np.searchsorted(self.newlines, ends) - np.searchsorted(self.newlines, starts)
        spans = lines > 1
        if not spans.any():
            return True
        commas = np.flatnonzero(self.bytes == _COMMA)
        commas = commas[_is_outside(commas, self.quotes)]
        counts = np.searchsorted(commas, ends[spans]) - np.searchsorted(commas, starts[spans])
        lengths = ends[spans] - starts[spans]
        return bool((counts + 1 == fields).all() and (lengths <= MAX_RECORD_BYTES).all())

    def is_blank(self, starts: IntArray, ends: IntArray) -> npt.NDArray[np.bool_]:
        """Tell which records are empty lines."""
        length = ends - starts
        only_return = (length == 2) & (self.bytes[starts] == _RETURN)
        return np.asarray((length == 1) | only_return)


def starts_of(ends: IntArray) -> IntArray:
    """Return where records begin that end at `ends`."""
    return np.concatenate(([0], ends[:-1])).astype(np.int64)[: len(ends)]


def is_plain(records: bytes, offsets: IntArray) -> bool:
    """Tell whether CR appears only before LF (Arrow ends a row at any) and no record is too long.

    Arrow also drops a byte order mark, which here would be the start of a cell.
    """
    # NumPy scans megabytes in a tenth of the time that `count` takes.
    has_return = bool((np.frombuffer(records, dtype=np.uint8) == _RETURN).any())
    has_bare_return = has_return and records.count(b"\r") != records.count(b"\r\n")
    is_short = bool((np.diff(offsets) <= MAX_RECORD_BYTES).all())
    return is_short and not has_bare_return and not records.startswith(b"\xef\xbb\xbf")


def _is_outside(positions: IntArray, quotes: IntArray) -> npt.NDArray[np.bool_]:
    return np.asarray((np.searchsorted(quotes, positions) & 1) == 0)
