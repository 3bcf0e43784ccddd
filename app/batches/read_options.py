"""Keep with a batch how its file is to be read, so that any worker reads it that way."""

import uuid
from collections.abc import Mapping
from typing import Any

from db.batches.read_options import PostgresReadOptions
from ml.reading.read_options import DEFAULTS, ReadOptions


def to_stored(options: ReadOptions) -> dict[str, Any] | None:
    """Return the options as they are stored; None for the defaults."""
    if options == DEFAULTS:
        return None
    return {"columns": dict(options.columns), "allow_missing": options.allow_missing}


def from_stored(stored: Mapping[str, Any] | None) -> ReadOptions:
    """Return stored options."""
    return ReadOptions(**stored) if stored else DEFAULTS


async def find_options(options: PostgresReadOptions, batch_id: uuid.UUID) -> ReadOptions:
    """Return the options of a batch."""
    return from_stored(await options.find(batch_id))
