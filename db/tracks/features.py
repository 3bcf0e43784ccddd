"""Read what the model saw of stored tracks."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pyarrow as pa
from sqlalchemy import select
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import TrackFeaturesRow
from db.records import TrackFeatures
from db.tracks.feature_copy import read_numbers


class FeatureRepository(Protocol):
    """Where features of tracks are read."""

    async def find_features(self, track_ids: Sequence[int]) -> Mapping[int, TrackFeatures]:
        """Return the features that are kept, by track; each with one row."""


class PostgresFeatures:
    """`FeatureRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find_features(self, track_ids: Sequence[int]) -> Mapping[int, TrackFeatures]:
        statement = select(TrackFeaturesRow).where(col(TrackFeaturesRow.track_id).in_(track_ids))
        with translate_errors():
            async with self._sessions() as session:
                rows = await session.scalars(statement)
                return {row.track_id: _to_features(row) for row in rows}


def _to_features(row: TrackFeaturesRow) -> TrackFeatures:
    return TrackFeatures(pa.array([row.tags], pa.string()), read_numbers([row.numbers]))
