"""Keep the lesson of the answers so far; learn again when answers, tracks or the model change.

A process learns one lesson at a time, in a separate thread, so uploads and queries continue.
Whoever asks meanwhile waits for that lesson and gets the same.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio
import numpy as np

from app.learning.catalogue import Catalogue, Sample
from app.learning.lesson import Lesson, study
from app.models.current import CurrentModel
from app.runtime.threads import ComputeThreads
from db.tracks.learning import AnswersState
from ml.store.loaded import LoadedModel
from ml.track import TrackTable

STALE_SHARE = 0.01
"""So large a share of the answers may be newer than a lesson: learning from 5,000 takes seconds."""


@dataclass(frozen=True, slots=True)
class Study:
    """A lesson with what it is about.

    `skipped` are ids of answered tracks that taught nothing: their features are missing.
    """

    parent: LoadedModel
    lesson: Lesson
    state: AnswersState
    sample: Sample
    skipped: Sequence[int]


@dataclass(slots=True)
class Studies:
    """Makes lessons, and ranks questions by them."""

    current: CurrentModel
    catalogue: Catalogue
    threads: ComputeThreads
    """Not shared with batches."""
    _learning: anyio.Lock = field(default_factory=anyio.Lock)
    _latest: Study | None = None
    _ranked: tuple[Lesson, Sample, list[int]] | None = None
    _parent: LoadedModel | None = None

    async def find_study(self, *, exact: bool = False) -> Study | None:
        """Return what the answers teach; None if no track has features.

        Parameters
        ----------
        exact : bool
            Learn from every answer; else a hundredth of them may be newer than the lesson.
        """
        async with self._learning:
            return await self._find(exact=exact)

    async def rank_questions(self, first: int, batch_id: uuid.UUID | None) -> list[int]:
        """Return ids of unanswered tracks whose answers would teach the most, best first."""
        async with self._learning:
            found = await self._find(exact=False)
            if found is None:
                return []
            sample = found.sample if batch_id is None else await self.catalogue.sample(batch_id)
            return (await self._rank(found, sample, first))[:first]

    async def _rank(self, found: Study, sample: Sample, first: int) -> list[int]:
        """Rank a sample, or return the ranking that was asked for last."""
        lesson, kept = found.lesson, self._ranked
        if kept and kept[0] is lesson and kept[1] is sample and len(kept[2]) >= first:
            return kept[2]
        ranked = await self.threads.run(_rank, lesson, sample.table, first)
        self._ranked = lesson, sample, ranked
        return ranked

    async def _find(self, *, exact: bool) -> Study | None:
        parent = await self._find_parent()
        state = await self.catalogue.find_state()
        sample = await self.catalogue.sample()
        latest = self._latest
        if (
            latest
            and latest.parent is parent
            and latest.sample is sample
            and (latest.state == state or (not exact and _is_close(latest.state, state)))
        ):
            return latest
        answered, skipped = await self.catalogue.read_answers()
        if len(answered.table) + len(sample.table) == 0:
            return None
        unanswered = _without(sample.table, answered.table)
        lesson = await self.threads.run(study, parent.model, answered, unanswered)
        self._latest = Study(parent, lesson, state, sample, skipped)
        return self._latest

    async def _find_parent(self) -> LoadedModel:
        """Return the model in use, or the one that it was learnt on top of."""
        manifest = self.current.manifest
        version = manifest.parent_version or manifest.version
        if self._parent is None or self._parent.version != version:
            self._parent = await self.current.load(version)
        return self._parent


def _is_close(old: AnswersState, new: AnswersState) -> bool:
    return abs(new.count - old.count) <= STALE_SHARE * old.count and new.count >= old.count


def _rank(lesson: Lesson, table: TrackTable, first: int) -> list[int]:
    return lesson.rank(lesson.place(table), first)


def _without(table: TrackTable, others: TrackTable) -> TrackTable:
    """Return the tracks that are not among `others`: they were answered after the sample."""
    return table.take(~np.isin(table.track_ids, others.track_ids))
