"""Explain stored predictions, with the model that made them and the features that it saw.

Only the features are stored. Explanations are rare and would take more space than the tracks, so
each is computed on request, in a few milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from app.models.current import CurrentModel
from app.models.tables import to_table
from app.runtime.threads import ComputeThreads
from db.records import TrackFeatures, TrackRecord
from db.tracks.features import FeatureRepository
from ml.basis import BOTH, find_basis
from ml.columns import NUMBER_COLUMNS
from ml.errors import ExplanationError
from ml.model.explanation import Contribution
from ml.model.genre_model import GenreModel
from ml.track import TrackTable


@dataclass(frozen=True, slots=True)
class Explainer:
    """`schema.core.context.TrackExplainer`."""

    current: CurrentModel
    features: FeatureRepository
    threads: ComputeThreads
    """Shared with the batches that are running."""

    async def explain(
        self, tracks: Sequence[TrackRecord]
    ) -> list[Sequence[Contribution] | ExplanationError]:
        """Return the reasons for the prediction of each track, or why there are none."""
        found = await self.features.find_features(
            [track.track_id for track in tracks], NUMBER_COLUMNS
        )
        return [await self._try(track, found.get(track.track_id)) for track in tracks]

    async def find_basis(self, tracks: Sequence[TrackRecord]) -> list[int | None]:
        """Return what each track was classified by (`ml.basis`); None if that was not kept."""
        found = await self.features.find_features(
            [track.track_id for track in tracks], NUMBER_COLUMNS
        )
        return [_basis_of(track, found.get(track.track_id)) for track in tracks]

    async def _try(
        self, track: TrackRecord, features: TrackFeatures | None
    ) -> Sequence[Contribution] | ExplanationError:
        try:
            return await self._explain(track, features)
        except ExplanationError as error:  # the other tracks may still have reasons
            return error

    async def _explain(
        self, track: TrackRecord, features: TrackFeatures | None
    ) -> Sequence[Contribution]:
        if features is None:
            raise ExplanationError(
                f"The features of track {track.track_id} were not kept (GENRE_STORE_FEATURES)."
            )
        model = await self.current.find(track.model_version)
        if model is None:  # another model had other reasons
            raise ExplanationError(
                f"Model {track.model_version}, which classified track {track.track_id}, is no "
                "longer available."
            )
        outdated = features.outdated is not None and features.outdated[0]
        missing = [name for name in features.missing(0) if name in model.feature_names]
        if outdated and missing:
            raise ExplanationError(
                f"Track {track.track_id} was stored without {_name_some(missing)}, "
                "which explaining it needs: upload it again."
            )
        table = to_table([track.track_id], [track.title], [features])
        return await explain_row(model, table, 0, track.predicted_genre, threads=self.threads)


def _basis_of(track: TrackRecord, features: TrackFeatures | None) -> int | None:
    if features is None:
        return None
    if features.outdated is not None and features.outdated[0]:
        return BOTH  # only whole tracks were stored before that column existed
    return int(find_basis(pa.array([track.title]), features.tags, features.numbers)[0])


async def explain_row(
    model: GenreModel,
    tracks: TrackTable,
    row: int,
    genre: str,
    *,
    threads: ComputeThreads,
) -> Sequence[Contribution]:
    """Return all contributions to the genre of one track, strongest first."""
    one = tracks.take(np.array([row]))
    explain = partial(model.explain, one, genres=[genre], first=None)
    (explanation,) = await threads.run(explain)
    return explanation.contributions


def _name_some(columns: Sequence[str]) -> str:
    """Name the first three columns and count the others."""
    named = ", ".join(columns[:3])
    return named if len(columns) <= 3 else f"{named} and {len(columns) - 3} more columns"
