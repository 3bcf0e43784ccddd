"""What a file turned out to be, on its way from `ml` to `db`."""

from db.batches.records import DetectedRecord
from ml.detected import DetectedFile


def to_detected(detected: DetectedFile | None) -> DetectedRecord | None:
    """Return what was detected as it is stored."""
    if detected is None:
        return None
    return DetectedRecord(
        format=detected.format.value,
        charset=detected.charset,
        delimiter=detected.delimiter,
        compression=detected.compression,
        columns=tuple((mapped.column, mapped.header) for mapped in detected.columns),
    )
