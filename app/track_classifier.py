"""Classify tracks that came in a request, and store them if asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import anyio.to_thread

from app.classified import to_classified
from db.records import ModelVersion
from db.track_writer import TrackWriter
from ml.ensemble import GenreEnsemble, GenrePredictions
from ml.track import TrackTable
from ml.track_input import RawTrack, read_raw_tracks


@dataclass(frozen=True, slots=True)
class TrackClassifier:
    """`schema.context.TrackClassifier`."""

    ensemble: GenreEnsemble
    writer: TrackWriter
    threads: anyio.CapacityLimiter
    """Shared with the files that are being classified."""

    async def __call__(self, tracks: Sequence[RawTrack], *, store: bool) -> GenrePredictions:
        """Return the genres of `tracks`; when stored, they are so before it returns.

        Raises
        ------
        TrackInputError
            A track has a missing or wrong value; nothing is stored.
        StorageUnavailableError
            The database is gone; nothing is stored.
        """
        table, predictions = await anyio.to_thread.run_sync(
            self._predict, tracks, store, limiter=self.threads
        )
        if store and len(table):
            model = ModelVersion(self.ensemble.version, self.ensemble.genres)
            await self.writer.save_tracks(to_classified(table, predictions), model)
        return predictions

    def _predict(
        self, tracks: Sequence[RawTrack], store: bool
    ) -> tuple[TrackTable, GenrePredictions]:
        table = read_raw_tracks(tracks, titles_required=store)
        return table, self.ensemble.predict(table)
