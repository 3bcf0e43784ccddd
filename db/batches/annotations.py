"""Look up what became of the rows of a file: genre or reason, all as of one moment."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import ModelVersionRow, RejectRow, TrackRow
from db.time_limits import allow_long
from db.tracks.exports import SNAPSHOT

TOP = 3
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class TrackGenres:
    """The genre of a track, and what the model said of it.

    `confidence` is None if a person corrected the genre: it would be that of another genre.
    """

    genre: str
    confidence: float | None
    top: Sequence[tuple[str, float]]


class AnnotationReader:
    """Reads in one snapshot."""

    def __init__(self, session: AsyncSession, batch_id: uuid.UUID) -> None:
        self._session, self._batch_id = session, batch_id
        self._genres: dict[str, list[str]] = {}

    async def find_reasons(self, first_line: int, last_line: int) -> Mapping[int, str]:
        """Return why rows of the batch were rejected, by line."""
        line = col(RejectRow.line)
        statement = select(line, col(RejectRow.column_name), col(RejectRow.message)).where(
            col(RejectRow.batch_id) == self._batch_id, line.between(first_line, last_line)
        )
        rows = await self._session.execute(statement)
        return {line: f"{name}: {text}" if name else text for line, name, text in rows}

    async def find_tracks(self, track_ids: Sequence[int]) -> Mapping[int, TrackGenres]:
        """Return the tracks that are stored, whichever batch has written them last."""
        statement = select(
            col(TrackRow.track_id),
            col(TrackRow.predicted_genre),
            col(TrackRow.corrected_genre),
            col(TrackRow.confidence),
            col(TrackRow.probabilities),
            col(TrackRow.model_version),
        ).where(col(TrackRow.track_id).in_(track_ids))
        rows = list(await self._session.execute(statement))
        if any(row.model_version not in self._genres for row in rows):
            await self._read_models()
        return {row.track_id: self._to_genres(row) for row in rows}

    async def _read_models(self) -> None:
        statement = select(col(ModelVersionRow.version), col(ModelVersionRow.genres))
        self._genres = {
            version: genres for version, genres in await self._session.execute(statement)
        }

    def _to_genres(self, row: Any) -> TrackGenres:
        names = self._genres.get(row.model_version, [])
        ranked = sorted(zip(row.probabilities, names, strict=False), key=_by_share)[:TOP]
        return TrackGenres(
            genre=row.corrected_genre or row.predicted_genre,
            confidence=None if row.corrected_genre else round(row.confidence, DECIMALS),
            top=[(name, round(share, DECIMALS)) for share, name in ranked],
        )


class PostgresAnnotations:
    """Opens snapshots; each holds a connection while it is open."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @contextlib.asynccontextmanager
    async def snapshot(self, batch_id: uuid.UUID) -> AsyncIterator[AnnotationReader]:
        """Read what became of the rows of a batch as of now."""
        with translate_errors():
            async with self._sessions() as session:
                await allow_long(await session.connection(execution_options=SNAPSHOT))
                yield AnnotationReader(session, batch_id)


def _by_share(pair: tuple[float, str]) -> tuple[float, str]:
    return -pair[0], pair[1]
