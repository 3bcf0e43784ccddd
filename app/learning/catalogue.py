"""Read what is learnt from: the answered tracks, and a random sample of the others."""

import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio.to_thread
import numpy as np
import numpy.typing as npt

from app.learning.lesson import AnsweredTracks
from app.models.tables import to_table
from db.tracks.learning import AnswersState, FeatureRows, LearningTracks
from ml.columns import NUMBER_COLUMNS
from ml.learning.questions import MAX_CANDIDATES
from ml.track import TrackTable

MAX_ANSWERS = 20_000
"""The newest are learnt from: 34 MB of features."""
SAMPLE_AGE_S = 60.0
"""How long a sample serves while the number of unanswered tracks stays about the same."""
_KEPT_SAMPLES = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """A random sample of `total` unanswered tracks, of the catalogue or of one batch."""

    table: TrackTable
    total: int
    read_at: float


@dataclass(slots=True)
class Catalogue:
    """Reads answered tracks again each time, and keeps the latest samples of the others."""

    tracks: LearningTracks
    _samples: OrderedDict[uuid.UUID | None, Sample] = field(default_factory=OrderedDict)

    async def find_state(self) -> AnswersState:
        """Return what changes whenever an answer is given or withdrawn."""
        return await self.tracks.answers_state()

    async def read_answers(self) -> tuple[AnsweredTracks, Sequence[int]]:
        """Return the newest answered tracks, and the ids of those that can teach nothing."""
        rows = await self.tracks.read_answers(NUMBER_COLUMNS, MAX_ANSWERS)
        complete = np.flatnonzero(rows.features.complete)
        table = await anyio.to_thread.run_sync(_table, rows, complete)
        genres = [rows.genres[row] for row in complete.tolist()]
        broken = np.flatnonzero(~rows.features.complete).tolist()
        skipped = [*rows.skipped, *(rows.track_ids[row] for row in broken)]
        return AnsweredTracks(table, genres, rows.newest), sorted(skipped)

    async def sample(self, batch_id: uuid.UUID | None = None) -> Sample:
        """Return a sample that is at most a minute old; tracks may have been answered since."""
        total = await self.tracks.count_unanswered(batch_id)
        kept = self._samples.get(batch_id)
        if kept is None or not _serves(kept, total):
            rows = await self.tracks.sample_unanswered(NUMBER_COLUMNS, MAX_CANDIDATES, batch_id)
            complete = np.flatnonzero(rows.features.complete)
            table = await anyio.to_thread.run_sync(_table, rows, complete)
            kept = Sample(table, total, time.monotonic())
            self._samples[batch_id] = kept
            while len(self._samples) > _KEPT_SAMPLES:
                self._samples.popitem(last=False)
        self._samples.move_to_end(batch_id)
        return kept


def _serves(sample: Sample, total: int) -> bool:
    """Answers make the others fewer, one at a time; an upload or a removal changes more."""
    is_near = sample.total - MAX_CANDIDATES // 10 <= total <= sample.total
    return is_near and len(sample.table) > 0 and time.monotonic() - sample.read_at < SAMPLE_AGE_S


def _table(rows: FeatureRows, complete: npt.NDArray[np.intp]) -> TrackTable:
    kept = complete.tolist()
    return to_table(
        [rows.track_ids[row] for row in kept],
        [rows.titles[row] for row in kept],
        [rows.features.take(complete)],
    )
