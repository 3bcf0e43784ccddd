"""Classify tracks that are part of a request, and store them if asked."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from app.models.classified import to_classified, to_model_version
from app.models.current import CurrentModel
from app.models.explainer import explain_row
from app.runtime.threads import ComputeThreads
from db.tracks.writer import TrackWriter
from ml.model.explanation import Contribution
from ml.model.genre_model import GenreModel
from ml.model.predictions import GenrePredictions
from ml.reading.track_input import RawTrack, read_raw_tracks
from ml.track import TrackTable
from schema.core.context import RequestPredictions


@dataclass(frozen=True, slots=True)
class RequestClassifier:
    """`schema.core.context.TrackClassifier`."""

    current: CurrentModel
    writer: TrackWriter
    threads: ComputeThreads
    """Shared with the batches that are running."""
    keep_features: bool

    async def classify(self, tracks: Sequence[RawTrack], *, store: bool) -> RequestPredictions:
        """Return the predictions of `tracks`, after storing them if `store`.

        Raises
        ------
        TrackInputError
            A track has a missing or wrong value; nothing is stored.
        StorageUnavailableError
            The database is unavailable; nothing is stored.
        """
        model = self.current.model  # once, so that a swap in between changes nothing
        table, predictions = await self.threads.run(_predict, model, tracks, store)
        if store and len(table):
            stored = to_classified(table, predictions, keep_features=self.keep_features)
            await self.writer.save_tracks(stored, to_model_version(model))

        def explain(row: int) -> Awaitable[Sequence[Contribution]]:
            genre = predictions.genres[predictions.best[row]]
            return explain_row(model, table, row, genre, threads=self.threads)

        return RequestPredictions(predictions, model.uncertain_below, explain)


def _predict(
    model: GenreModel, tracks: Sequence[RawTrack], store: bool
) -> tuple[TrackTable, GenrePredictions]:
    table = read_raw_tracks(tracks, titles_required=store)
    return table, model.predict(table)
