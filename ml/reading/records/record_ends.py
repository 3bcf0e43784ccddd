"""Find where the records of a block end, fast if its quotes are regular."""

import numpy as np

from ml.reading.records.fields import MAX_RECORD_BYTES, text_lines
from ml.reading.records.open_quotes import OpenQuotes
from ml.reading.records.regular_quotes import BlockBytes
from ml.track import IntArray


def record_ends(
    data: bytes, block: BlockBytes, *, fields: int, is_last: bool
) -> tuple[IntArray, bool]:
    """Return where the records end, and whether the quotes in them are regular."""
    ends = block.record_ends()
    left = len(data) - (int(ends[-1]) if len(ends) else 0)
    is_overdue = left > MAX_RECORD_BYTES or (is_last and left > 0)
    if not is_overdue and block.quotes_are_regular(ends, fields):
        return ends, True
    return _ends_line_by_line(data, block.newlines + 1, fields=fields, is_last=is_last), False


def _ends_line_by_line(data: bytes, line_ends: IntArray, *, fields: int, is_last: bool) -> IntArray:
    """Find the record ends where quotes are irregular; an unclosed quote ends with its line.

    Slow, one step per record, and so only for a block that needs it.
    """
    quotes = OpenQuotes(text_lines(data))
    starts = [0, *line_ends.tolist()]
    found, line = [], 0
    while line < len(line_ends):
        record = quotes.record_at(line)
        if record is None and not is_last and len(data) - starts[line] <= MAX_RECORD_BYTES:
            break
        is_plausible = (
            record is not None
            and record.is_clean
            and record.fields == fields
            and starts[record.end] - starts[line] <= MAX_RECORD_BYTES
        )
        line = record.end if record and is_plausible else line + 1
        found.append(starts[line])
    return np.array(found, dtype=np.int64)
