"""Tracks as sent in a request."""

from typing import Any

from ml.columns import AUDIO_COLUMNS


def track_input(row: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Return a row of a file as a `TrackInput`."""
    whole = {"timeSignature": "time_signature", "key": "key", "mode": "mode"}
    track: dict[str, Any] = {
        "trackId": row["trackID"],
        "title": row["title"],
        "tags": row["tags"].split(","),
        "vect": [float(row[column]) for column in AUDIO_COLUMNS],
        **{name: float(row[name]) for name in ("loudness", "tempo", "duration")},
        **{field: int(float(row[column])) for field, column in whole.items()},
    }
    return {key: value for key, value in {**track, **changes}.items() if value is not ...}
