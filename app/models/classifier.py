"""Classify tracks that came in a request, and store them if asked."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from app.models.classified import to_classified, to_model_version
from app.models.current import CurrentModel
from app.models.explainer import explain_row
from app.runtime.threads import ComputeThreads
from db.tracks.writer import TrackWriter
from ml.model.ensemble import GenreEnsemble, GenrePredictions
from ml.model.explanation import Contribution
from ml.reading.track_input import RawTrack, read_raw_tracks
from ml.track import TrackTable
from schema.core.context import RequestPredictions


@dataclass(frozen=True, slots=True)
class TrackClassifier:
    """`schema.core.context.TrackClassifier`."""

    model: CurrentModel
    writer: TrackWriter
    threads: ComputeThreads
    """Shared with the files that are being classified."""
    keep_features: bool

    async def __call__(self, tracks: Sequence[RawTrack], *, store: bool) -> RequestPredictions:
        """Return the genres of `tracks`; when stored, they are so before it returns.

        Raises
        ------
        TrackInputError
            A track has a missing or wrong value; nothing is stored.
        StorageUnavailableError
            The database is gone; nothing is stored.
        """
        ensemble = self.model.ensemble  # taken once, so that a swap changes nothing in between
        table, predictions = await self.threads.run(_predict, ensemble, tracks, store)
        model = to_model_version(ensemble.manifest)
        if store and len(table):
            stored = to_classified(table, predictions, keep_features=self.keep_features)
            await self.writer.save_tracks(stored, model)

        def explain(row: int) -> Awaitable[Sequence[Contribution]]:
            genre = predictions.genres[predictions.best[row]]
            return explain_row(ensemble, table, row, genre, threads=self.threads)

        return RequestPredictions(predictions, model.uncertain_below, explain)


def _predict(
    ensemble: GenreEnsemble, tracks: Sequence[RawTrack], store: bool
) -> tuple[TrackTable, GenrePredictions]:
    table = read_raw_tracks(tracks, titles_required=store)
    return table, ensemble.predict(table)
