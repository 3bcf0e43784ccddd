"""Store tracks that do not belong to a batch."""

from typing import Protocol

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncEngine

from db.errors import translate_errors
from db.model_versions import save_model
from db.records import ClassifiedTracks, ModelVersion
from db.tracks.copy import copy_rows, store_rows


class TrackWriter(Protocol):
    """Stores tracks that were not sent in a file."""

    async def save_tracks(self, tracks: ClassifiedTracks, model: ModelVersion) -> None:
        """Insert or replace tracks by id, all or none; corrections are kept."""


class PostgresTrackWriter:
    """`TrackWriter` on Postgres."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def save_tracks(self, tracks: ClassifiedTracks, model: ModelVersion) -> None:
        rows = await anyio.to_thread.run_sync(copy_rows, tracks, model.genres)
        with translate_errors():
            async with self._engine.begin() as connection:
                await connection.execute(save_model(model))
                driver = (await connection.get_raw_connection()).driver_connection
                await store_rows(driver, rows, model.version, None)
