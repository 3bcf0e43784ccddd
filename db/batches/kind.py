"""The kinds of batches: what they classify."""

from enum import StrEnum


class BatchKind(StrEnum):
    """Where a batch takes its tracks from."""

    UPLOAD = "UPLOAD"
    """A file that somebody sent."""
    RECLASSIFY = "RECLASSIFY"
    """Tracks that are stored already."""
