"""A person's verdict on a track, kept beside the prediction."""

from typing import Any, Protocol

from sqlalchemy import func, null, update
from sqlmodel import col

from db.engine import Sessions
from db.errors import translate_errors
from db.models import TrackRow


class CorrectionRepository(Protocol):
    """Where verdicts are kept."""

    async def correct_genre(self, track_id: int, genre: str, client_id: str | None) -> bool:
        """Keep a verdict, in place of an earlier one; False if there is no such track.

        It stays when the track is classified again.
        """

    async def clear_correction(self, track_id: int) -> bool:
        """Drop the verdict, if there is one; False if there is no such track."""


class PostgresCorrections:
    """`CorrectionRepository` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def correct_genre(self, track_id: int, genre: str, client_id: str | None) -> bool:
        return await self._update(
            track_id,
            corrected_genre=genre,
            corrected_by=client_id,
            corrected_at=func.now(),
        )

    async def clear_correction(self, track_id: int) -> bool:
        return await self._update(
            track_id, corrected_genre=null(), corrected_by=null(), corrected_at=null()
        )

    async def _update(self, track_id: int, **values: Any) -> bool:
        statement = update(TrackRow).where(col(TrackRow.track_id) == track_id).values(**values)
        with translate_errors():
            async with self._sessions.begin() as session:
                result: Any = await session.execute(statement)
                return bool(result.rowcount)
