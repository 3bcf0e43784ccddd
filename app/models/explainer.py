"""Explain predictions, by the model that made them and by what it saw then.

Nothing but the features is stored: reasons are asked for seldom, for some tracks on a page, and
would take more room than the tracks. So they are computed when asked for, in milliseconds a track.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from app.models.current import CurrentModel
from app.runtime.threads import ComputeThreads
from db.records import TrackFeatures, TrackRecord
from db.tracks.features import FeatureRepository
from ml.columns import NUMBER_COLUMNS
from ml.errors import ExplanationError
from ml.model.ensemble import GenreEnsemble
from ml.model.explanation import Contribution
from ml.track import TrackTable


@dataclass(frozen=True, slots=True)
class Explainer:
    """`schema.core.context.TrackExplainer`."""

    model: CurrentModel
    features: FeatureRepository
    threads: ComputeThreads
    """Shared with the files that are being classified."""

    async def __call__(
        self, tracks: Sequence[TrackRecord]
    ) -> list[Sequence[Contribution] | ExplanationError]:
        """Return the reasons for the prediction of each track, or why there are none."""
        found = await self.features.find_features(
            [track.track_id for track in tracks], NUMBER_COLUMNS
        )
        return [await self._try(track, found.get(track.track_id)) for track in tracks]

    async def _try(
        self, track: TrackRecord, features: TrackFeatures | None
    ) -> Sequence[Contribution] | ExplanationError:
        try:
            return await self._explain(track, features)
        except ExplanationError as error:  # other tracks of the page have reasons
            return error

    async def _explain(
        self, track: TrackRecord, features: TrackFeatures | None
    ) -> Sequence[Contribution]:
        if features is None:
            raise ExplanationError(
                f"The features of track {track.track_id} were not kept (GENRE_STORE_FEATURES)."
            )
        if missing := features.missing(0):
            raise ExplanationError(
                f"Track {track.track_id} was stored without {_name_some(missing)}, "
                "which explaining it needs: upload it again."
            )
        ensemble = await self.model.find(track.model_version)
        if ensemble is None:  # the reasons of another model would be made up
            raise ExplanationError(
                f"Model {track.model_version}, which classified track {track.track_id}, is not "
                "here any more."
            )
        table = _to_table(track, features)
        return await explain_row(ensemble, table, 0, track.predicted_genre, threads=self.threads)


async def explain_row(
    ensemble: GenreEnsemble,
    tracks: TrackTable,
    row: int,
    genre: str,
    *,
    threads: ComputeThreads,
) -> Sequence[Contribution]:
    """Return all reasons for the genre of a track, the weightiest first."""
    one = tracks.take(np.array([row]))
    explain = partial(ensemble.explain, one, genres=[genre], first=None)
    (explanation,) = await threads.run(explain)
    return explanation.contributions


def _name_some(columns: Sequence[str]) -> str:
    """Name the first three columns and count the others."""
    named = ", ".join(columns[:3])
    return named if len(columns) <= 3 else f"{named} and {len(columns) - 3} more columns"


def _to_table(track: TrackRecord, features: TrackFeatures) -> TrackTable:
    return TrackTable(
        lines=np.zeros(1, np.int64),
        track_ids=np.array([track.track_id], np.int64),
        titles=pa.array([track.title], pa.string()),
        tags=features.tags,
        numbers=features.numbers,
    )
