"""Refuse files that are no table, by how they start, and say what they look like."""

import re

from ml.detected import ACCEPTED
from ml.errors import UnsupportedFileTypeError

_OTHER_FILE_TYPES = {
    b"PK\x03\x04": "a ZIP archive",
    b"%PDF-": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x1f\x8b": "a file that was compressed twice, with gzip",
    b"\x28\xb5\x2f\xfd": "a file that was compressed twice, with Zstandard",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old format XLS",
    b"SQLite format": "an SQLite database",
    b"ID3\x02": "an MP3 recording",
    b"ID3\x03": "an MP3 recording",
    b"ID3\x04": "an MP3 recording",
}
_OTHER_TEXT_TYPES = {
    re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\d\]])"): "a JSON file",
    re.compile(rb"\s*<(?:\?xml|!doctype|html)", re.IGNORECASE): "an HTML page or an XML document",
}


def refuse_other_types(start: bytes) -> None:
    """Refuse a file that starts like one of another type.

    Raises
    ------
    UnsupportedFileTypeError
        Names what the file looks like, and what is accepted.
    """
    kinds = [kind for magic, kind in _OTHER_FILE_TYPES.items() if start.startswith(magic)]
    text = start.removeprefix(b"\xef\xbb\xbf")
    kinds += [kind for pattern, kind in _OTHER_TEXT_TYPES.items() if pattern.match(text)]
    if kinds:
        raise UnsupportedFileTypeError(f"This looks like {kinds[0]}. {ACCEPTED}")
