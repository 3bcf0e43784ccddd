"""Write which tracks a link selects into its parameters, and read it again."""

import uuid
from collections.abc import Mapping

from db.tracks.filters import TrackFilter

_FLAGS = {True: "true", False: "false"}


def write_filter(wanted: TrackFilter) -> dict[str, str]:
    """Return the conditions that are not None."""
    conditions = {
        "genre": wanted.genre,
        "search": wanted.search,
        "batch": wanted.batch_id,
        "uncertain": wanted.uncertain,
        "corrected": wanted.corrected,
        "minConfidence": wanted.min_confidence,
        "maxConfidence": wanted.max_confidence,
    }
    return {name: _write(value) for name, value in conditions.items() if value is not None}


def read_filter(parameters: Mapping[str, str]) -> TrackFilter:
    """Read what `write_filter` has written; the signature vouches for it."""
    batch = parameters.get("batch")
    return TrackFilter(
        genre=parameters.get("genre"),
        search=parameters.get("search"),
        batch_id=None if batch is None else uuid.UUID(batch),
        uncertain=_flag(parameters.get("uncertain")),
        corrected=_flag(parameters.get("corrected")),
        min_confidence=_number(parameters.get("minConfidence")),
        max_confidence=_number(parameters.get("maxConfidence")),
    )


def _write(value: object) -> str:
    return _FLAGS[value] if isinstance(value, bool) else str(value)


def _flag(text: str | None) -> bool | None:
    return None if text is None else text == _FLAGS[True]


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)
