"""Classify stored tracks again: read them page by page with their features, write new predictions.

Corrected tracks are left alone. A track that somebody else classifies, corrects or deletes between
reading and writing is left alone too: the page shows an older state of it.
"""

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.copying import copy_to_table
from db.engine import driver_of
from db.errors import StorageError, translate_errors
from db.records import ClassifiedTracks, TrackFeatures
from db.time_limits import allow_long
from db.tracks.copy import TrackRows, array_literals
from db.tracks.feature_copy import read_features
from db.tracks.feature_specs import Specs

PAGE_TRACKS = 2_000


class NoFeaturesError(StorageError):
    """Stored tracks cannot be classified again: their features were not kept."""

    def __init__(self) -> None:
        super().__init__(
            "No features are stored, so tracks cannot be classified again. Set "
            "GENRE_STORE_FEATURES=true and send the files again."
        )


@dataclass(frozen=True, slots=True)
class Unclassified:
    """Which stored tracks are classified again, apart from corrected ones."""

    model_version: str
    """The model that classifies them: those that it has classified already are skipped."""
    batch_id: uuid.UUID | None = None
    """Only tracks of this batch."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """Stored tracks in the order of their ids, all sequences of one length.

    Attributes
    ----------
    classified_us : int64 array
        When each was classified, in microseconds since 1970.
    has_features : bool array
        False where none were stored; the numbers are NaN then.
    """

    track_ids: npt.NDArray[np.int64]
    titles: pa.StringArray
    classified_us: npt.NDArray[np.int64]
    has_features: npt.NDArray[np.bool_]
    features: TrackFeatures


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as Postgres returned it, not empty; decoding it belongs in a thread."""

    rows: Sequence[Any]
    specs: Specs

    @property
    def last_id(self) -> int:
        """Where to go on."""
        return int(self.rows[-1]["track_id"])

    def decode(self, columns: Sequence[str]) -> StoredPage:
        """Return the page with the numbers of `columns`, NaN where a track has none."""
        ids, titles, classified, tags, numbers, spec_ids = map(list, zip(*self.rows, strict=True))
        return StoredPage(
            track_ids=np.array(ids, np.int64),
            titles=pa.array(titles, pa.string()),
            classified_us=np.array(
                pa.array(classified, pa.timestamp("us", "UTC")).cast(pa.int64())
            ),
            has_features=np.array([found is not None for found in numbers]),
            features=read_features(
                self.specs,
                columns,
                [words or "" for words in tags],
                [found or b"" for found in numbers],
                [spec_id or 0 for spec_id in spec_ids],
            ),
        )


_CONDITIONS = (
    "corrected_genre IS NULL AND model_version <> $1 AND ($2::uuid IS NULL OR batch_id = $2)"
)
_COUNT = f"SELECT count(*) FROM tracks WHERE {_CONDITIONS}"
_PAGE = f"""
SELECT track_id, title, classified_at, tags, numbers, spec_id
FROM (
    SELECT track_id, title, classified_at FROM tracks
    WHERE {_CONDITIONS} AND track_id > $3 ORDER BY track_id LIMIT $4
) AS page LEFT JOIN track_features USING (track_id)
ORDER BY track_id
"""
_SPECS = "SELECT id, columns FROM feature_specs"
_LACK_FEATURES = text(
    "SELECT EXISTS (SELECT FROM tracks) AND NOT EXISTS (SELECT FROM track_features)"
)


class PostgresStoredTracks:
    """Reads tracks to classify them again; each method is one transaction."""

    def __init__(self, engine: AsyncEngine, *, page_tracks: int = PAGE_TRACKS) -> None:
        self._engine = engine
        self._page_tracks = page_tracks

    async def lack_features(self) -> bool:
        """Tell whether there are tracks, but no features of any."""
        with translate_errors():
            async with self._engine.connect() as connection:
                return bool(await connection.scalar(_LACK_FEATURES))

    async def count(self, wanted: Unclassified) -> int:
        """Count the tracks that all pages together have."""
        with translate_errors():
            async with self._engine.connect() as connection:
                await allow_long(connection)
                driver = await driver_of(connection)
                return int(await driver.fetchval(_COUNT, wanted.model_version, wanted.batch_id))

    async def read_page(self, wanted: Unclassified, *, after: int = -1) -> RawPage | None:
        """Read the next tracks with an id above `after`; None at the end."""
        values = (wanted.model_version, wanted.batch_id, after, self._page_tracks)
        with translate_errors():
            async with self._engine.connect() as connection:
                await allow_long(connection)
                driver = await driver_of(connection)
                rows = await driver.fetch(_PAGE, *values)
                # Read after the rows, whose specs are all there by then.
                specs = {row["id"]: row["columns"] for row in await driver.fetch(_SPECS)}
        return RawPage(rows, specs) if rows else None


_COLUMNS = ("track_id", "classified_at", "predicted", "confidence", "probabilities")
_STAGING = """
CREATE TEMP TABLE IF NOT EXISTS reclassified (
    track_id bigint, classified_at timestamptz, predicted text, confidence real,
    probabilities real[]
) ON COMMIT DELETE ROWS
"""
# In the order of the ids, as every writer of tracks locks them.
_LOCK = """
SELECT count(*) FROM (
    SELECT FROM tracks WHERE track_id IN (SELECT track_id FROM reclassified)
    ORDER BY track_id FOR NO KEY UPDATE
) AS locked
"""
_UPDATE = """
UPDATE tracks SET predicted_genre = new.predicted, confidence = new.confidence,
    probabilities = new.probabilities, model_version = $1, classified_at = now()
FROM reclassified AS new
WHERE tracks.track_id = new.track_id AND tracks.classified_at = new.classified_at
    AND tracks.corrected_genre IS NULL
RETURNING tracks.track_id
"""


def reclassified_rows(tracks: ClassifiedTracks, genres: Sequence[str]) -> TrackRows:
    """Write new predictions for COPY; takes long enough to belong in a thread."""
    assert tracks.classified_us is not None, "only stored tracks can be classified again"
    table = pa.table(
        {
            "track_id": tracks.track_ids,
            "classified_at": pa.array(tracks.classified_us).cast(pa.timestamp("us", "UTC")),
            "predicted": pa.array(genres, pa.string()).take(pa.array(tracks.predicted)),
            "confidence": pa.array(tracks.probabilities.max(axis=1).astype(np.float32)),
            "probabilities": array_literals(tracks.probabilities),
        }
    )
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False))
    return TrackRows(
        track_ids=tracks.track_ids.tolist(),
        tracks=bytes(sink.getvalue()),
        features=[],
        feature_columns=(),
        lines=tracks.lines,
        predicted=tracks.predicted,
    )


async def update_predictions(driver: Any, rows: TrackRows, model_version: str) -> list[int]:
    """Replace predictions within the transaction of asyncpg's connection `driver`.

    Returns the ids of the tracks that were changed; the others were deleted, corrected or
    classified since they were read.
    """
    await driver.execute(_STAGING)
    await copy_to_table(
        driver, "reclassified", source=io.BytesIO(rows.tracks), columns=_COLUMNS, format="csv"
    )
    await driver.execute(_LOCK)
    return [row["track_id"] for row in await driver.fetch(_UPDATE, model_version)]
