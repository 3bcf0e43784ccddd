"""Read what the model saw of stored tracks."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import select
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import TrackFeaturesRow
from db.records import TrackFeatures
from db.tracks.feature_copy import read_features
from db.tracks.feature_specs import Specs, read_specs


class FeatureRepository(Protocol):
    """Reads stored features."""

    async def find_features(
        self, track_ids: Sequence[int], columns: Sequence[str]
    ) -> Mapping[int, TrackFeatures]:
        """Return the stored features by track id, each with one row and the numbers of `columns`.

        A number is NaN if the track was stored before its column existed.
        """

    async def find_tags(self, track_ids: Sequence[int]) -> Mapping[int, str]:
        """Return the stored words by track id, comma-separated."""


class PostgresFeatures:
    """`FeatureRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find_features(
        self, track_ids: Sequence[int], columns: Sequence[str]
    ) -> Mapping[int, TrackFeatures]:
        statement = select(TrackFeaturesRow).where(col(TrackFeaturesRow.track_id).in_(track_ids))
        with translate_errors():
            async with self._sessions() as session:
                rows = (await session.scalars(statement)).all()
                specs = await read_specs(session)
        return {row.track_id: _to_features(row, specs, columns) for row in rows}

    async def find_tags(self, track_ids: Sequence[int]) -> Mapping[int, str]:
        columns = (col(TrackFeaturesRow.track_id), col(TrackFeaturesRow.tags))
        statement = select(*columns).where(col(TrackFeaturesRow.track_id).in_(track_ids))
        with translate_errors():
            async with self._sessions() as session:
                return {row.track_id: row.tags for row in await session.execute(statement)}


def _to_features(row: TrackFeaturesRow, specs: Specs, columns: Sequence[str]) -> TrackFeatures:
    return read_features(specs, columns, [row.tags], [row.numbers], [row.spec_id])
