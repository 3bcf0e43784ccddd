"""Write classified tracks: COPY into a temporary table, then one statement.

Files and tracks sent in a request are stored the same way.
"""

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from db.copying import copy_to_table
from db.records import ClassifiedTracks
from db.tracks.feature_copy import FeatureRow, feature_rows, store_features
from db.tracks.feature_specs import save_spec
from db.tracks.words import fold_titles

_COLUMNS = (
    "line",
    "track_id",
    "title",
    "title_words",
    "predicted",
    "confidence",
    "probabilities",
)
_STAGING = """
CREATE TEMP TABLE IF NOT EXISTS incoming (
    line integer, track_id bigint, title text, title_words text, predicted text,
    confidence real, probabilities real[]
) ON COMMIT DELETE ROWS
"""
# Ordered by id, so that two batches with the same tracks lock rows in the same order and cannot
# deadlock. A row that this batch wrote from an earlier line is kept, because the file has the track
# twice. One from the same line is replaced: this chunk is being stored again after a failure.
_STORE = """
WITH stored AS (
    INSERT INTO tracks AS kept (
        track_id, title, title_words, predicted_genre, confidence, probabilities,
        model_version, batch_id, line, classified_at
    )
    SELECT track_id, title, title_words, predicted, confidence, probabilities, $1, $2, line, now()
    FROM incoming ORDER BY track_id
    ON CONFLICT (track_id) DO UPDATE SET
        title = excluded.title, title_words = excluded.title_words,
        predicted_genre = excluded.predicted_genre, confidence = excluded.confidence,
        probabilities = excluded.probabilities, model_version = excluded.model_version,
        batch_id = excluded.batch_id, line = excluded.line, classified_at = excluded.classified_at
    WHERE kept.batch_id IS DISTINCT FROM excluded.batch_id OR kept.line >= excluded.line
    RETURNING track_id
)
SELECT line, track_id FROM incoming
WHERE NOT EXISTS (SELECT FROM stored WHERE stored.track_id = incoming.track_id) ORDER BY line
"""


@dataclass(frozen=True, slots=True)
class TrackRows:
    """Tracks formatted for COPY, and their features if those are kept.

    Attributes
    ----------
    lines, predicted : int arrays, shape (n_tracks,)
        As in `ClassifiedTracks`, for the counts of a batch.
    """

    track_ids: list[int]
    tracks: bytes
    features: list[FeatureRow]
    feature_columns: tuple[str, ...]
    lines: npt.NDArray[np.int64]
    predicted: npt.NDArray[np.int64]


async def store_rows(
    driver: Any, rows: TrackRows, model_version: str, batch_id: uuid.UUID | None
) -> list[Any]:
    """Insert or replace tracks by id, within the transaction of asyncpg's connection `driver`.

    Returns `line` and `track_id` of the rows left out because an earlier line of the same batch
    stored the track. Without a batch no row is left out, because all lines are 0.
    """
    spec_id = await save_spec(driver, rows.feature_columns) if rows.features else None
    await driver.execute(_STAGING)
    await copy_to_table(
        driver, "incoming", source=io.BytesIO(rows.tracks), columns=_COLUMNS, format="csv"
    )
    left_out: list[Any] = await driver.fetch(_STORE, model_version, batch_id)
    written = set(rows.track_ids).difference(row["track_id"] for row in left_out)
    await store_features(driver, rows.features, spec_id, written)
    return left_out


def copy_rows(tracks: ClassifiedTracks, genres: Sequence[str]) -> TrackRows:
    """Format the rows for COPY; slow enough to need a thread."""
    return TrackRows(
        track_ids=tracks.track_ids.tolist(),
        tracks=_copy_tracks(tracks, genres),
        features=feature_rows(tracks),
        feature_columns=tracks.features.columns if tracks.features else (),
        lines=tracks.lines,
        predicted=tracks.predicted,
    )


def _copy_tracks(tracks: ClassifiedTracks, genres: Sequence[str]) -> bytes:
    """Format the tracks as CSV with Arrow, which creates no Python object per cell."""
    names = pa.array(genres, pa.string())
    table = pa.table(
        {
            "line": tracks.lines,
            "track_id": tracks.track_ids,
            "title": tracks.titles,
            "title_words": fold_titles(tracks.titles),
            "predicted": names.take(pa.array(tracks.predicted)),
            "confidence": pa.array(tracks.probabilities.max(axis=1).astype(np.float32)),
            "probabilities": array_literals(tracks.probabilities),
        }
    )
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
    return bytes(sink.getvalue())


def array_literals(probabilities: np.ndarray) -> pa.Array:
    """Format each row as a Postgres array literal: `{0.25,0.75}`."""
    flat = pa.array(probabilities.astype(np.float32).ravel()).cast(pa.string())
    rows = pa.FixedSizeListArray.from_arrays(flat, probabilities.shape[1])
    joined = pc.binary_join(rows.cast(pa.list_(pa.string())), ",")
    return pc.binary_join_element_wise("{", joined, "}", "")
