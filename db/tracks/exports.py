"""Read the tracks that a filter selects, as columns in chunks.

Each chunk is a query that starts after the last track id, so memory stays flat. All chunks belong
to one transaction and see the tracks as they were when it began. The transaction holds a connection
for as long as the caller takes; a caller that may be slow reads ahead, like `app.exports.stream`.
"""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import TRACKS as TRACK_COLUMNS
from db.models import TrackFeaturesRow, TrackRow
from db.records import TrackFeatures
from db.time_limits import allow_long
from db.tracks.feature_copy import read_features
from db.tracks.feature_specs import read_specs
from db.tracks.filters import TrackFilter

CHUNK_ROWS = 5_000
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
TRACKS = pa.schema(
    [
        ("track_id", pa.int64()),
        ("title", pa.string()),
        ("genre", pa.string()),
        ("predicted_genre", pa.string()),
        ("confidence", pa.float32()),
        ("corrected_genre", pa.string()),
        ("model_version", pa.string()),
        ("classified_at", pa.timestamp("us", "UTC")),
    ]
)


@dataclass(frozen=True, slots=True)
class LabelledChunk:
    """Corrected tracks and what the model saw of them."""

    track_ids: np.ndarray
    titles: list[str]
    genres: list[str]
    features: TrackFeatures

    def take(self, rows: npt.NDArray[np.intp]) -> "LabelledChunk":
        """Return the tracks at the given indices, in that order."""
        return LabelledChunk(
            self.track_ids[rows],
            [self.titles[row] for row in rows],
            [self.genres[row] for row in rows],
            self.features.take(rows),
        )


class PostgresExports:
    """Reads tracks in the order of their ids."""

    def __init__(self, sessions: Sessions, *, chunk_rows: int = CHUNK_ROWS) -> None:
        self._sessions = sessions
        self._chunk_rows = chunk_rows

    async def read_tracks(self, wanted: TrackFilter) -> AsyncGenerator[pa.RecordBatch, None]:
        """Yield tracks in chunks with the columns of `TRACKS`; no chunk is empty."""
        if wanted.words is None:  # no title can match
            return
        columns: list[Any] = [col(getattr(TrackRow, name)) for name in TRACKS.names]
        statement = select(*columns).where(*wanted.conditions(TRACK_COLUMNS.c))
        async with (
            self._snapshot() as session,
            aclosing(self._read_chunks(session, statement)) as chunks,
        ):
            async for rows in chunks:
                arrays = [
                    pa.array(values, field.type)
                    for values, field in zip(zip(*rows, strict=True), TRACKS, strict=True)
                ]
                yield pa.record_batch(arrays, schema=TRACKS)

    async def read_labelled(
        self, wanted: TrackFilter, columns: Sequence[str]
    ) -> AsyncGenerator[LabelledChunk, None]:
        """Yield corrected tracks whose features were kept, with the corrected genre.

        Their numbers are those of `columns`; NaN if a track was stored before a column existed.
        """
        selected: list[Any] = [
            col(TrackRow.track_id),
            col(TrackRow.title),
            col(TrackRow.corrected_genre),
            col(TrackFeaturesRow.tags),
            col(TrackFeaturesRow.numbers),
            col(TrackFeaturesRow.spec_id),
        ]
        same_track = col(TrackFeaturesRow.track_id) == col(TrackRow.track_id)
        corrected = replace(wanted, corrected=True).conditions(TRACK_COLUMNS.c)
        statement = select(*selected).join_from(TrackRow, TrackFeaturesRow, same_track)
        async with self._snapshot() as session:
            specs = await read_specs(session)
            async with aclosing(self._read_chunks(session, statement.where(*corrected))) as chunks:
                async for rows in chunks:
                    track_ids, titles, genres, *stored = map(list, zip(*rows, strict=True))
                    yield LabelledChunk(
                        np.array(track_ids, dtype=np.int64),
                        titles,
                        genres,
                        read_features(specs, columns, *stored),
                    )

    @contextlib.asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[AsyncSession]:
        with translate_errors():
            async with self._sessions() as session:
                await allow_long(await session.connection(execution_options=SNAPSHOT))
                yield session

    async def _read_chunks(
        self, session: AsyncSession, statement: Select[Any]
    ) -> AsyncGenerator[list[Any], None]:
        ordered = statement.order_by(col(TrackRow.track_id)).limit(self._chunk_rows)
        after = -1
        while True:
            rows = list(await session.execute(ordered.where(col(TrackRow.track_id) > after)))
            if rows:
                yield rows
                after = rows[-1].track_id
            if len(rows) < self._chunk_rows:
                return
