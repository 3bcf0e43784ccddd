"""What a file turned out to be, as JSON in the row of its batch."""

from collections.abc import Mapping
from typing import Any

from db.batches.records import DetectedRecord


def stored_detected(detected: DetectedRecord | None) -> dict[str, Any] | None:
    """Return what is stored."""
    if detected is None:
        return None
    return {
        "format": detected.format,
        "charset": detected.charset,
        "delimiter": detected.delimiter,
        "compression": detected.compression,
        "columns": [list(pair) for pair in detected.columns],
    }


def read_detected(stored: Mapping[str, Any] | None) -> DetectedRecord | None:
    """Return what was stored; None for batches of an earlier release, and without a file."""
    if stored is None:
        return None
    return DetectedRecord(
        format=stored["format"],
        charset=stored["charset"],
        delimiter=stored["delimiter"],
        compression=stored["compression"],
        columns=tuple((column, header) for column, header in stored["columns"]),
    )
