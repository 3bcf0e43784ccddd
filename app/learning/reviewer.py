"""What a reviewer is shown: tracks to ask about, what the answers make of them, what is similar."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.learning.lesson import Lesson
from app.learning.study import Studies
from app.models.tables import to_table
from db.records import TrackRecord
from db.tracks.features import FeatureRepository
from db.tracks.repository import TrackRepository
from ml.columns import NUMBER_COLUMNS
from ml.learning.answers import Candidates
from ml.learning.spelling import spell_words
from schema.core.learning import GenreShares, Neighbour


@dataclass(frozen=True, slots=True)
class TrackReviewer:
    """`schema.core.learning.Reviewer`."""

    studies: Studies
    tracks: TrackRepository
    features: FeatureRepository

    async def list_questions(self, limit: int, batch_id: uuid.UUID | None) -> Sequence[TrackRecord]:
        """Return unanswered tracks whose answers would teach the most, best first."""
        ids = await self.studies.rank_questions(limit, batch_id)
        found = await self.tracks.find_tracks(ids)
        records = [found[key] for key in ids if key in found]
        # Some may have been answered since the ranking.
        return [record for record in records if record.corrected_genre is None]

    async def suggest(self, tracks: Sequence[TrackRecord]) -> Mapping[int, GenreShares]:
        """Return what all answers so far make of tracks, without those that lack features."""
        found = await self.studies.find_study()
        if found is None:
            return {}
        placed = await self._place(found.lesson, tracks)
        shares = found.lesson.probabilities(placed).tolist()
        genres = found.lesson.adaptation.genres
        return {
            int(key): sorted(zip(genres, row, strict=True), key=lambda pair: (-pair[1], pair[0]))
            for key, row in zip(placed.track_ids, shares, strict=True)
        }

    async def find_words(self, track_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """Return the lyric words of tracks, rarest first, without tracks that lack features."""
        stored = await self.features.find_tags(track_ids)
        # Files list the most common words of English first.
        return {key: spell_words(reversed(tags.split(","))) for key, tags in stored.items()}

    async def find_neighbours(
        self, track: TrackRecord, limit: int, *, answered: bool | None
    ) -> Sequence[Neighbour]:
        """Return the most similar tracks, nearest first; none if `track` lacks features."""
        found = await self.studies.find_study()
        placed = await self._place(found.lesson, [track]) if found else None
        if found is None or placed is None or len(placed) == 0:
            return []
        near = found.lesson.find_neighbours(placed, limit, answered=answered)
        records = await self.tracks.find_tracks([key for key, _ in near])
        return [
            Neighbour(records[key], share)
            for key, share in near
            if key in records and _fits(records[key], answered)
        ]

    async def _place(self, lesson: Lesson, tracks: Sequence[TrackRecord]) -> Candidates:
        """Read the tracks that have all their features."""
        stored = await self.features.find_features([t.track_id for t in tracks], NUMBER_COLUMNS)
        kept = [t for t in tracks if t.track_id in stored and stored[t.track_id].complete.all()]
        table = to_table(
            [track.track_id for track in kept],
            [track.title for track in kept],
            [stored[track.track_id] for track in kept],
        )
        return await self.studies.threads.run(lesson.place, table)


def _fits(track: TrackRecord, answered: bool | None) -> bool:
    """Tell whether a track is still (un)answered."""
    return answered is None or answered == (track.corrected_genre is not None)
