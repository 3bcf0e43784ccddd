"""Compare two versions of the model by what they make of stored tracks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio
import numpy as np

from app.learning.study import Studies
from db.tracks.repository import TrackRepository
from ml.model.genre_model import GenreModel
from ml.track import TrackTable
from schema.core.models import ModelDifference, TrackDifference


@dataclass(frozen=True, slots=True)
class SampleComparer:
    """`schema.core.models.ModelComparer`: one comparison at a time, on a sample of 2,000 tracks."""

    studies: Studies
    tracks: TrackRepository
    _comparing: anyio.Lock = field(default_factory=anyio.Lock)

    async def compare(self, version: str, compared_to: str | None) -> ModelDifference:
        """Return which tracks change from one version (default: the one in use) to another.

        Raises
        ------
        ArtefactError
            A version does not exist or cannot be loaded.
        """
        current = self.studies.current
        async with self._comparing:
            old = (await current.load(compared_to or current.manifest.version)).model
            new = (await current.load(version)).model
            sample = await self.studies.catalogue.sample()
            found = await self.studies.threads.run(_differences, old, new, sample.table)
        records = await self.tracks.find_tracks([key for key, *_ in found])
        changes = [
            TrackDifference(records[key], before, after, confidence)
            for key, before, after, confidence in found
            if key in records
        ]
        share = len(found) / max(1, len(sample.table))
        total = max(sample.total, len(sample.table))
        return ModelDifference(
            new.version, old.version, len(sample.table), round(share * total), changes
        )


def _differences(
    old: GenreModel, new: GenreModel, table: TrackTable
) -> Sequence[tuple[int, str, str, float]]:
    """Return track ids with both genres and the new confidence, highest confidence first."""
    before, after = old.predict(table), new.predict(table)
    old_genres = np.array(before.genres, dtype=object)[before.best]
    new_genres = np.array(after.genres, dtype=object)[after.best]
    rows = np.flatnonzero(old_genres != new_genres)
    ids, confidence = table.track_ids, after.confidence
    found = [(int(ids[r]), old_genres[r], new_genres[r], float(confidence[r])) for r in rows]
    return sorted(found, key=lambda change: (-change[3], change[0]))
