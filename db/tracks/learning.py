"""Read the data for learning: answered tracks with features, and a sample of the others."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Sessions
from db.errors import translate_errors
from db.records import TrackFeatures
from db.time_limits import allow_long
from db.tracks.feature_copy import read_features
from db.tracks.feature_specs import read_specs

_SCANNED = 20_000
"""Tracks a sample is drawn from; larger catalogues are first sampled by table blocks."""


@dataclass(frozen=True, slots=True)
class AnswersState:
    """Changes whenever an answer is given, changed or withdrawn."""

    count: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class FeatureRows:
    """Tracks and their stored features, in sequences of the same length.

    A feature that was not stored is NaN; `skipped` has the ids of tracks without features.
    """

    track_ids: Sequence[int]
    titles: Sequence[str]
    features: TrackFeatures
    skipped: Sequence[int]


@dataclass(frozen=True, slots=True)
class AnswerRows(FeatureRows):
    """Answered tracks, oldest answer first; `newest` is the time of the last answer."""

    genres: Sequence[str]
    newest: datetime | None


class LearningTracks(Protocol):
    """Reads answered and unanswered tracks for learning."""

    async def answers_state(self) -> AnswersState:
        """Return the number of answers and the time of the newest."""

    async def count_newer_answers(self, moment: datetime) -> int:
        """Count the answers given after a moment."""

    async def read_answers(self, columns: Sequence[str], limit: int) -> AnswerRows:
        """Return the newest `limit` answered tracks, including deleted ones with features."""

    async def count_unanswered(self, batch_id: uuid.UUID | None) -> int:
        """Count tracks without an answer; for a batch, all the tracks it stored."""

    async def sample_unanswered(
        self, columns: Sequence[str], limit: int, batch_id: uuid.UUID | None
    ) -> FeatureRows:
        """Return up to `limit` random unanswered tracks of the catalogue or a batch."""


_STATE = text("SELECT count(*), max(corrected_at) FROM corrections")
_NEWER = text("SELECT count(*) FROM corrections WHERE corrected_at > :moment")
_ANSWERS = text("""
SELECT track_id, title, genre, corrected_at, tags, numbers, spec_id
FROM (
    SELECT * FROM corrections ORDER BY corrected_at DESC, track_id DESC LIMIT :limit
) AS answers LEFT JOIN track_features USING (track_id)
ORDER BY corrected_at, track_id
""")
_COUNT = text("""
SELECT (SELECT coalesce(sum(track_count), 0) FROM genre_counts)
    - (SELECT count(*) FROM corrections JOIN tracks USING (track_id))
""")
_COUNT_STORED = text("SELECT rows_stored FROM batches WHERE id = :batch_id")
_SAMPLE = """
SELECT track_id, title, tags, numbers, spec_id
FROM (
    SELECT track_id, title FROM tracks {thinned}
    WHERE corrected_genre IS NULL {condition}
    ORDER BY hashint8(track_id), track_id LIMIT :limit
) AS sample LEFT JOIN track_features USING (track_id)
"""


class PostgresLearningTracks:
    """`LearningTracks` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def answers_state(self) -> AnswersState:
        with translate_errors():
            async with self._sessions() as session:
                row = (await session.execute(_STATE)).one()
        return AnswersState(*row)

    async def count_newer_answers(self, moment: datetime) -> int:
        with translate_errors():
            async with self._sessions() as session:
                return await session.scalar(_NEWER, {"moment": moment}) or 0

    async def read_answers(self, columns: Sequence[str], limit: int) -> AnswerRows:
        rows, found = await self._read(_ANSWERS, {"limit": limit}, columns)
        return AnswerRows(
            track_ids=found.track_ids,
            titles=found.titles,
            features=found.features,
            skipped=found.skipped,
            genres=[row.genre for row in rows if row.numbers is not None],
            newest=rows[-1].corrected_at if rows else None,
        )

    async def count_unanswered(self, batch_id: uuid.UUID | None) -> int:
        with translate_errors():
            async with self._sessions() as session:
                if batch_id is None:
                    return int(await session.scalar(_COUNT) or 0)
                return await session.scalar(_COUNT_STORED, {"batch_id": batch_id}) or 0

    async def sample_unanswered(
        self, columns: Sequence[str], limit: int, batch_id: uuid.UUID | None
    ) -> FeatureRows:
        total = await self.count_unanswered(batch_id)
        values = {"limit": limit, **({"batch_id": batch_id} if batch_id else {})}
        rows, found = await self._read(_sample(total, batch_id), values, columns)
        if len(rows) < limit and total > _SCANNED:
            # Most of the batch was uploaded again or deleted, and few blocks hold the rest.
            _, found = await self._read(_sample(0, batch_id), values, columns)
        return found

    async def _read(
        self, statement: TextClause, values: dict[str, Any], columns: Sequence[str]
    ) -> tuple[Sequence[Any], FeatureRows]:
        with translate_errors():
            async with self._sessions() as session:
                await allow_long(await session.connection())
                rows = (await session.execute(statement, values)).all()
                return rows, await _to_features(session, rows, columns)


def _sample(total: int, batch_id: uuid.UUID | None) -> TextClause:
    """Sample by a hash of the id, from all tracks or from those in random blocks.

    Neighbours in a block often come from the same file and artist, so ten times as many tracks as
    needed are read, and each block contributes only a few.
    """
    share = 100.0 if total <= _SCANNED else 100.0 * _SCANNED / total
    thinned = "" if share == 100.0 else f"TABLESAMPLE SYSTEM ({share:.6f})"
    condition = "" if batch_id is None else "AND batch_id = :batch_id"
    return text(_SAMPLE.format(thinned=thinned, condition=condition))


async def _to_features(
    session: AsyncSession, rows: Sequence[Any], columns: Sequence[str]
) -> FeatureRows:
    kept = [row for row in rows if row.numbers is not None]
    features = read_features(
        await read_specs(session),
        columns,
        [row.tags for row in kept],
        [row.numbers for row in kept],
        [row.spec_id for row in kept],
    )
    return FeatureRows(
        track_ids=[row.track_id for row in kept],
        titles=[row.title for row in kept],
        features=features,
        skipped=[row.track_id for row in rows if row.numbers is None],
    )
