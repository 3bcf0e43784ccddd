"""Send, correct and delete on a database without a service, as `Memberships` expects it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.memberships import Memberships, Owner

from db.batches.lifecycle import BatchLifecycle
from db.batches.records import NewBatch
from db.batches.removal import BatchRemovals
from db.engine import create_sessions, driver_of
from db.model_versions import save_model
from db.records import ClassifiedTracks, ModelVersion, TrackFeatures
from db.tracks.copy import copy_rows, store_rows
from db.tracks.corrections import NewCorrection, PostgresCorrections

GENRES = ("blues", "folk", "metal")
MODEL = ModelVersion("memberships", GENRES)
TABLES = "tracks, track_features, corrections, batch_rejects, batch_genres, batches, model_versions"
STORED = """
SELECT track_id, batch_id, title, predicted_genre, genre, corrected_genre, tags
FROM tracks FULL JOIN track_features USING (track_id) ORDER BY track_id
"""
ANSWERS = "SELECT track_id, genre FROM corrections ORDER BY track_id"
COUNTS_DIFFER = """
SELECT count(*) FROM (
    SELECT genre, count(*) FROM tracks GROUP BY genre
    EXCEPT ALL
    SELECT genre, sum(track_count) FROM genre_counts GROUP BY genre HAVING sum(track_count) <> 0
) AS differences
"""
ORPHANS = """
SELECT count(*) FROM superseded_features AS kept WHERE NOT EXISTS (
    SELECT FROM superseded_tracks AS other
    WHERE other.track_id = kept.track_id AND other.digest = kept.digest
)
"""


def classified(tracks: Sequence[int], variant: int, *, keeps_features: bool) -> ClassifiedTracks:
    """Return tracks whose title, genre and features tell the variant."""
    size = len(tracks)
    features = TrackFeatures(
        pa.array([f"tag{variant % 2}"] * size), np.full((size, 1), float(variant % 2)), ("tempo",)
    )
    return ClassifiedTracks(
        lines=np.array(tracks, np.int64),
        track_ids=np.array(tracks, np.int64),
        titles=pa.array([f"Title {variant}"] * size),
        predicted=np.full(size, variant % len(GENRES)),
        probabilities=np.full((size, len(GENRES)), 1 / (variant + 3)),
        features=features if keeps_features else None,
    )


@dataclass
class MembershipSite:
    """Batches by number, on an empty database, and the model of what must be stored."""

    engine: AsyncEngine
    expected: Memberships = field(default_factory=Memberships)
    ids: dict[int, uuid.UUID] = field(default_factory=dict)

    @property
    def removals(self) -> BatchRemovals:
        """Deletes batches in chunks of two tracks."""
        return BatchRemovals(self.engine, chunk_tracks=2)

    async def clear(self) -> None:
        """Empty the database."""
        async with self.engine.begin() as connection:
            await connection.execute(text(f"TRUNCATE {TABLES} CASCADE"))

    async def send(
        self, owner: Owner, tracks: set[int], variant: int, *, keeps_features: bool = True
    ) -> None:
        """Store tracks as a batch does; a deleted batch cannot send any more."""
        if owner is not None and owner not in self.ids:
            batch = NewBatch(uuid.uuid4(), f"{owner}.csv", MODEL, None)
            async with BatchLifecycle(self.engine, max_attempts=1).create(batch) as hold:
                await hold.connection.commit()
            self.ids[owner] = batch.id
        content = classified(sorted(tracks), variant, keeps_features=keeps_features)
        async with self.engine.begin() as connection:
            await connection.execute(save_model(MODEL))
            batch_id = None if owner is None else self.ids[owner]
            rows = copy_rows(content, GENRES)
            await store_rows(await driver_of(connection), rows, MODEL.version, batch_id)
        self.expected.send(owner, tracks, variant, keeps_features=keeps_features)

    async def delete(self, owner: int) -> None:
        """Delete a batch after looking at what it would do."""
        if owner not in self.ids:
            return
        batch_id = self.ids.pop(owner)
        found = await self.removals.preview(batch_id)
        seen = (found.tracks_deleted, found.tracks_returned, found.corrections_kept)
        assert seen == self.expected.preview(owner)
        assert await self.removals.remove(batch_id) is not None
        self.expected.delete(owner)

    async def correct(self, track: int, genre: str) -> None:
        """Correct a track, if it is stored."""
        corrections = PostgresCorrections(create_sessions(self.engine))
        await corrections.correct_genres([NewCorrection(track, genre)], None)
        self.expected.correct(track, genre)

    async def withdraw(self, track: int) -> None:
        """Withdraw the correction of a track, if it is stored."""
        await PostgresCorrections(create_sessions(self.engine)).clear_corrections([track])
        self.expected.withdraw(track)

    async def check(self) -> None:
        """Compare everything."""
        async with self.engine.connect() as connection:
            stored = {row.track_id: row for row in await connection.execute(text(STORED))}
            answers = dict(map(tuple, await connection.execute(text(ANSWERS))))
            assert await connection.scalar(text(COUNTS_DIFFER)) == 0
            assert await connection.scalar(text(ORPHANS)) == 0
        assert answers == self.expected.corrections
        tracks = {track: row for track, row in stored.items() if row.title is not None}
        assert {t: self._read(row) for t, row in tracks.items()} == {
            track: self._expect(track) for track in self.expected.versions
        }
        tags = {track: int(row.tags[3:]) for track, row in stored.items() if row.tags is not None}
        assert tags == self.expected.features

    def _read(self, row: Any) -> tuple[Any, ...]:
        return (row.batch_id, row.title, row.predicted_genre, row.genre, row.corrected_genre)

    def _expect(self, track: int) -> tuple[Any, ...]:
        current = self.expected.versions[track][-1]
        predicted = GENRES[current.variant % len(GENRES)]
        answer = self.expected.corrections.get(track)
        owner = None if current.owner is None else self.ids[current.owner]
        return owner, f"Title {current.variant}", predicted, answer or predicted, answer
