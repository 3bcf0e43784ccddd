"""Read what a report on a batch needs: a random sample of its tracks, and its rejects."""

import uuid
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import text

from db.batches.records import RejectRecord
from db.engine import Sessions
from db.errors import translate_errors
from db.records import TrackFeatures
from db.tracks.feature_copy import read_features
from db.tracks.feature_specs import Specs, read_specs

PAGE_TRACKS = 2_000
_EXAMPLES = 10
_IDS = text("""
SELECT track_id FROM tracks WHERE batch_id = :batch_id
ORDER BY hashint8(track_id), track_id LIMIT :limit
""")
_ROWS = text("""
SELECT track_id, title, model_version, probabilities, tags, numbers, spec_id
FROM tracks JOIN track_features USING (track_id) WHERE track_id = ANY(:track_ids)
""")
_COUNTS = text("""
SELECT code, column_name, count(*) AS row_count FROM batch_rejects WHERE batch_id = :batch_id
GROUP BY code, column_name
UNION ALL
SELECT code, NULL, row_count FROM batch_omitted_rejects WHERE batch_id = :batch_id
""")
_REJECTS = text("""
SELECT line, track_id, column_name, code, message FROM batch_rejects
WHERE batch_id = :batch_id ORDER BY line LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class PredictedTracks:
    """Tracks that one model classified, all sequences of one length.

    Attributes
    ----------
    probabilities : float64 array, shape (n_tracks, n_genres)
        In the order of the model's genres.
    """

    track_ids: npt.NDArray[np.int64]
    titles: pa.StringArray
    features: TrackFeatures
    probabilities: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RawSample:
    """Rows as Postgres returned them; decoding them belongs in a thread."""

    rows: Sequence[Any]
    specs: Specs

    def versions(self) -> Counter[str]:
        """Count the tracks by the model that classified them."""
        return Counter(row.model_version for row in self.rows)

    def decode(self, version: str, columns: Sequence[str]) -> PredictedTracks:
        """Return the tracks of a model with the numbers of `columns`, NaN where one is missing."""
        rows = [row for row in self.rows if row.model_version == version]
        return PredictedTracks(
            np.array([row.track_id for row in rows], dtype=np.int64),
            pa.array([row.title for row in rows], pa.string()),
            read_features(
                self.specs,
                columns,
                [row.tags for row in rows],
                [row.numbers for row in rows],
                [row.spec_id for row in rows],
            ),
            np.array([row.probabilities for row in rows], dtype=np.float64),
        )


class PostgresBatchSamples:
    """Reads batches; each method is one transaction or, for pages, one for each page."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def read(self, batch_id: uuid.UUID, limit: int) -> AsyncGenerator[RawSample, None]:
        """Yield random tracks of a batch in pages, without those whose features were not kept."""
        with translate_errors():
            async with self._sessions() as session:
                found = await session.scalars(_IDS, {"batch_id": batch_id, "limit": limit})
                track_ids = list(found)
        for start in range(0, len(track_ids), PAGE_TRACKS):
            wanted = {"track_ids": track_ids[start : start + PAGE_TRACKS]}
            with translate_errors():
                async with self._sessions() as session:
                    rows = (await session.execute(_ROWS, wanted)).all()
                    specs = await read_specs(session)
            yield RawSample(rows, specs)

    async def count_rejects(self, batch_id: uuid.UUID) -> Mapping[tuple[str, str | None], int]:
        """Count the rejects by code and column; those that were not stored have no column."""
        with translate_errors():
            async with self._sessions() as session:
                rows = (await session.execute(_COUNTS, {"batch_id": batch_id})).all()
        counts: Counter[tuple[str, str | None]] = Counter()
        for row in rows:
            counts[row.code, row.column_name] += row.row_count
        return dict(counts.most_common())

    async def first_rejects(self, batch_id: uuid.UUID) -> list[RejectRecord]:
        """Return the rejects that come first in the file."""
        values = {"batch_id": batch_id, "limit": _EXAMPLES}
        with translate_errors():
            async with self._sessions() as session:
                return [RejectRecord(*row) for row in await session.execute(_REJECTS, values)]
