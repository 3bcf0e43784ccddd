"""Stored features as the table that models read."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from db.records import TrackFeatures
from ml.columns import NUMBER_COLUMNS
from ml.track import TrackTable, with_basis


def to_table(
    track_ids: Sequence[int], titles: Sequence[str], features: Sequence[TrackFeatures]
) -> TrackTable:
    """Return stored tracks in their order; they have no lines.

    `features` are parts, each of one or more tracks. A table with gaps has a basis.
    """
    tags = [part.tags for part in features]
    numbers = [part.numbers for part in features]
    table = TrackTable(
        lines=np.zeros(len(track_ids), np.int64),
        track_ids=np.asarray(track_ids, np.int64),
        titles=pa.array(titles, pa.string()),
        tags=pa.concat_arrays(tags) if tags else pa.array([], pa.string()),
        numbers=np.vstack(numbers) if numbers else np.empty((0, len(NUMBER_COLUMNS))),
    )
    return with_basis(table)
