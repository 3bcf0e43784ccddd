"""Split one CSV record into its fields with Python's `csv`.

Bytes are read as Latin-1, one character per byte, so that cells in any encoding survive unchanged.
A quote that never closes is an ordinary character.
"""

import csv
import io

MAX_RECORD_BYTES = 1024 * 1024
"""A longer row is rejected, and a quote still open after this many bytes counts as forgotten."""
RETURN_MARK = "\N{SYMBOL FOR CARRIAGE RETURN}"
"""Replaces CR, which `csv` allows outside quotes only before LF; not a letter of Latin-1."""

# The limit of 128 KiB is for the whole process. A record may be one byte too long to show that it
# is, and `OpenQuotes` puts a quote before it.
csv.field_size_limit(MAX_RECORD_BYTES + 2)


def split_fields(record: bytes) -> list[bytes]:
    """Return the cells of a record without its line end, quotes removed."""
    return [cell.encode("latin-1") for cell in split_text(record)]


def split_text(record: bytes) -> list[str]:
    """Return the cells of a record as Latin-1 text."""
    text = record.decode("latin-1").replace("\r", RETURN_MARK)
    cells, is_open = read_fields(text)
    if is_open:  # by a quote that is an ordinary character, so that the next comma ends its cell
        first, *rest = cells.pop().replace('"', '""').split(",", 1)
        cells += [f'"{first}', *(cell for text in rest for cell in read_fields(text)[0])]
    if RETURN_MARK in text:
        return [cell.replace(RETURN_MARK, "\r") for cell in cells]
    return cells


def read_fields(text: str) -> tuple[list[str], bool]:
    """Return the cells of `text`, and whether a quote is still open at its end.

    The last cell then holds everything after that quote.
    """
    reader = csv.reader((text, ""))
    cells = next(reader) or [""]
    return cells, reader.line_num > 1


def text_lines(data: bytes) -> list[str]:
    """Return the complete lines of `data`, without line ends, for `read_fields`."""
    text = data.decode("latin-1").replace("\r\n", "\n").replace("\r", RETURN_MARK)
    return text.split("\n")[:-1]


def first_record(data: bytes) -> bytes:
    """Return the first record with its line end, or the first line if a quote stays open."""
    lines = io.BytesIO(data)
    reader = csv.reader(_text(line) for line in lines)
    next(reader, None)
    record = data[: lines.tell()]
    _, is_open = read_fields(_text(record))
    return data[: data.find(b"\n") + 1] or data if is_open else record


def _text(line: bytes) -> str:
    return line.rstrip(b"\r\n").decode("latin-1").replace("\r", RETURN_MARK)
