"""Classify stored tracks again: read them page by page with their features, write new predictions.

Corrected tracks are left alone. A track that was classified or corrected by somebody else between
reading and writing keeps what it has: the page was read from an older state.
"""

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv
from sqlalchemy import TextClause, text

from db.engine import Sessions
from db.errors import translate_errors
from db.records import TrackFeatures
from db.tracks.copy import array_literals
from db.tracks.feature_copy import read_features
from db.tracks.feature_specs import read_specs

PAGE_TRACKS = 4_000


@dataclass(frozen=True, slots=True)
class Unclassified:
    """Which stored tracks are to be classified again, apart from corrected ones."""

    model_version: str
    """The model in use: tracks that it has classified already are skipped."""
    batch_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class StoredPage:
    """Stored tracks by id, all sequences of one length.

    Attributes
    ----------
    classified_at
        When each track was classified, by which a later change is noticed.
    skipped
        Ids of tracks without stored features, which cannot be classified again.
    last_id
        Where to go on: the highest id of the page, also if that track was skipped.
    """

    track_ids: npt.NDArray[np.int64]
    titles: Sequence[str]
    features: TrackFeatures
    classified_at: Sequence[datetime]
    skipped: Sequence[int]
    last_id: int


class StoredTracks(Protocol):
    """Where tracks are read to classify them again."""

    async def count(self, wanted: Unclassified) -> int:
        """Count the tracks that all pages together have."""

    async def read_page(
        self, wanted: Unclassified, columns: Sequence[str], *, after: int = -1
    ) -> StoredPage | None:
        """Read the next tracks with an id above `after`; None at the end.

        Their numbers are those of `columns`, NaN where a track was stored before a column existed.
        """


_COUNT = "SELECT count(*) FROM tracks WHERE {conditions}"
_PAGE = """
SELECT track_id, title, classified_at, tags, numbers, spec_id
FROM (
    SELECT track_id, title, classified_at FROM tracks
    WHERE {conditions} AND track_id > :after ORDER BY track_id LIMIT :limit
) AS page LEFT JOIN track_features USING (track_id)
ORDER BY track_id
"""


class PostgresStoredTracks:
    """`StoredTracks` on Postgres; each method is one transaction."""

    def __init__(self, sessions: Sessions, *, page_tracks: int = PAGE_TRACKS) -> None:
        self._sessions = sessions
        self._page_tracks = page_tracks

    async def count(self, wanted: Unclassified) -> int:
        with translate_errors():
            async with self._sessions() as session:
                statement, values = _select(_COUNT, wanted)
                return await session.scalar(statement, values) or 0

    async def read_page(
        self, wanted: Unclassified, columns: Sequence[str], *, after: int = -1
    ) -> StoredPage | None:
        statement, values = _select(_PAGE, wanted)
        values |= {"after": after, "limit": self._page_tracks}
        with translate_errors():
            async with self._sessions() as session:
                rows = (await session.execute(statement, values)).all()
                specs = await read_specs(session)
        if not rows:
            return None
        kept = [row for row in rows if row.numbers is not None]
        return StoredPage(
            track_ids=np.array([row.track_id for row in kept], np.int64),
            titles=[row.title for row in kept],
            features=read_features(
                specs,
                columns,
                [row.tags for row in kept],
                [row.numbers for row in kept],
                [row.spec_id for row in kept],
            ),
            classified_at=[row.classified_at for row in kept],
            skipped=[row.track_id for row in rows if row.numbers is None],
            last_id=rows[-1].track_id,
        )


def _select(statement: str, wanted: Unclassified) -> tuple[TextClause, dict[str, Any]]:
    conditions = "corrected_genre IS NULL AND model_version <> :model_version"
    values: dict[str, Any] = {"model_version": wanted.model_version}
    if wanted.batch_id is not None:
        conditions += " AND batch_id = :batch_id"
        values["batch_id"] = wanted.batch_id
    return text(statement.format(conditions=conditions)), values


_COLUMNS = ("track_id", "classified_at", "predicted", "confidence", "probabilities")
_STAGING = """
CREATE TEMP TABLE IF NOT EXISTS repredicted (
    track_id bigint, classified_at timestamptz, predicted text, confidence real,
    probabilities real[]
) ON COMMIT DELETE ROWS
"""
# In the order of the ids, as every writer of tracks locks them.
_LOCK = """
SELECT count(*) FROM (
    SELECT FROM tracks WHERE track_id IN (SELECT track_id FROM repredicted)
    ORDER BY track_id FOR NO KEY UPDATE
) AS locked
"""
_UPDATE = """
UPDATE tracks SET predicted_genre = new.predicted, confidence = new.confidence,
    probabilities = new.probabilities, model_version = $1, classified_at = now()
FROM repredicted AS new
WHERE tracks.track_id = new.track_id AND tracks.classified_at = new.classified_at
    AND tracks.corrected_genre IS NULL
"""


def repredicted_rows(
    page: StoredPage,
    predicted: npt.NDArray[np.intp],
    probabilities: npt.NDArray[np.float64],
    genres: Sequence[str],
) -> bytes:
    """Write new predictions of a page for COPY; takes long enough to belong in a thread."""
    table = pa.table(
        {
            "track_id": page.track_ids,
            "classified_at": pa.array(page.classified_at, pa.timestamp("us", "UTC")),
            "predicted": pa.array(genres, pa.string()).take(pa.array(predicted)),
            "confidence": pa.array(probabilities.max(axis=1).astype(np.float32)),
            "probabilities": array_literals(probabilities),
        }
    )
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False))
    return bytes(sink.getvalue())


async def update_predictions(driver: Any, rows: bytes, model_version: str) -> int:
    """Replace predictions within the transaction of asyncpg's connection `driver`.

    Returns how many tracks were changed; the others were deleted, corrected or classified since
    they were read. The model must be recorded.
    """
    await driver.execute(_STAGING)
    await driver.copy_to_table(
        "repredicted", source=io.BytesIO(rows), columns=_COLUMNS, format="csv"
    )
    await driver.execute(_LOCK)
    status = await driver.execute(_UPDATE, model_version)
    return int(status.removeprefix("UPDATE "))
