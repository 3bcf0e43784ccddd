"""Store tracks under a feature spec other than this release's."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from sqlalchemy.ext.asyncio import AsyncEngine

from db.records import ClassifiedTracks, ModelVersion, TrackFeatures
from db.tracks.writer import PostgresTrackWriter
from ml.columns import NUMBER_COLUMNS
from ml.track import TrackTable

NEW_NUMBER = 0.5
"""The value of a column that this release does not know."""


async def store_under(
    engine: AsyncEngine,
    tracks: TrackTable,
    track_id: int,
    columns: Sequence[str],
    model: ModelVersion | None = None,
) -> None:
    """Store one of `tracks` with the numbers in `columns`, like another release."""
    row = tracks.take(tracks.track_ids == track_id)
    known = dict(zip(NUMBER_COLUMNS, row.numbers[0].tolist(), strict=True))
    numbers = np.array([[known.get(name, NEW_NUMBER) for name in columns]])
    model = model or ModelVersion("of-another-release", ("folk", "metal"))
    stored = ClassifiedTracks(
        lines=np.zeros(1, np.int64),
        track_ids=row.track_ids,
        titles=row.titles,
        predicted=np.zeros(1, np.int64),
        probabilities=np.full((1, len(model.genres)), 1 / len(model.genres)),
        features=TrackFeatures(pa.array(row.tags.to_pylist()), numbers, tuple(columns)),
    )
    await PostgresTrackWriter(engine).save_tracks(stored, model)
