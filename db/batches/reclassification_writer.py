"""Store the new predictions of stored tracks, page by page.

As with `ChunkWriter`, a page is one transaction with the counts of its batch and the place to go
on. The tracks stay with the batch and the line that brought them.
"""

from collections.abc import Sequence

import numpy as np

from db.batches.lifecycle import BatchLifecycle, Hold
from db.batches.records import BatchRecord, RejectRecord, ResumePoint
from db.batches.rejects import RejectStore
from db.batches.writer import record_chunk
from db.engine import driver_of
from db.errors import translate_errors
from db.records import ClassifiedTracks, ModelVersion
from db.time_limits import begin_bulk
from db.tracks.copy import TrackRows
from db.tracks.reclassify import reclassified_rows, update_predictions


class ReclassificationWriter:
    """Stores the pages of one batch, which one model classified."""

    def __init__(
        self, lifecycle: BatchLifecycle, hold: Hold, model: ModelVersion, max_rejects: int
    ) -> None:
        self._lifecycle = lifecycle
        self._hold = hold
        self._model = model
        self._rejects = RejectStore(hold.batch_id, max_rejects)

    def prepare(self, tracks: ClassifiedTracks) -> TrackRows:
        """Bring predictions into the form that is stored; belongs in a thread."""
        return reclassified_rows(tracks, self._model.genres)

    async def save_chunk(
        self, rows: TrackRows, rejects: Sequence[RejectRecord], end: ResumePoint
    ) -> BatchRecord:
        """Store predictions and rejects; all or nothing, with the batch's counts and `end`.

        Tracks that were deleted, corrected or classified since they were read are not counted.

        Raises
        ------
        TransitionError
            Somebody has ended the batch; nothing of the page is stored.
        """
        connection = self._hold.connection
        with translate_errors():
            async with connection.begin():
                await begin_bulk(connection)
                driver = await driver_of(connection)
                changed = await update_predictions(driver, rows, self._model.version)
                predicted = rows.predicted[np.isin(rows.track_ids, changed)]
                counts = await record_chunk(
                    driver, self._rejects, rejects, predicted, self._model.genres
                )
                return await self._lifecycle.advance(self._hold, counts, end)
