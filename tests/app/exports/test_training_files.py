"""Export corrected tracks as files for training."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from asgi_lifespan import LifespanManager
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from support.corrected_tracks import CORRECT, correct, known_genres
from support.csv_files import write_csv
from support.graphql_client import GraphQLClient
from support.stored_features import store_under

from app.config.settings import Settings
from app.exports.files import whole_file, write_training_files
from app.main import create_app
from db.engine import create_sessions
from db.tracks.exports import PostgresExports
from db.tracks.filters import TrackFilter
from ml.columns import NUMBER_COLUMNS
from ml.reading.tracks_csv import read_all_tracks
from ml.training.data.labelled import read_labelled_tracks

pytestmark = pytest.mark.asyncio

Rows = list[dict[str, str]]
Skipped = dict[int, Sequence[str]]


@pytest.fixture
def exports(engine: AsyncEngine) -> PostgresExports:
    """Exports with chunks smaller than the sample."""
    return PostgresExports(create_sessions(engine), chunk_rows=7)


async def training_files(
    exports: PostgresExports, folder: Path, skipped: Skipped | None = None, **wanted: Any
) -> tuple[int, Path, Path]:
    features, labels = folder / "features.csv", folder / "labels.csv"
    with whole_file(features) as features_file, whole_file(labels) as labels_file:
        count = await write_training_files(
            exports,
            TrackFilter(**wanted),
            features_file,
            labels_file,
            on_skipped=({} if skipped is None else skipped).__setitem__,
        )
    return count, features, labels


async def test_corrections_can_be_trained_on(
    api: GraphQLClient, sample: bytes, exports: PostgresExports, tmp_path: Path
) -> None:
    await api.classify(sample)
    genres = await known_genres(api)
    corrections = {track_id: genres[track_id % 3] for track_id in range(1, 41)}
    for track_id, genre in corrections.items():
        await api.data(CORRECT, id=track_id, genre=genre)

    count, features, labels = await training_files(exports, tmp_path)

    data = read_labelled_tracks(features, labels)
    original = read_all_tracks(io.BytesIO(sample)).tracks
    assert count == len(data) == 40
    assert data.tracks.track_ids.tolist() == list(corrections)
    assert [data.genres[index] for index in data.truth] == list(corrections.values())
    assert data.tracks.titles.to_pylist() == original.titles.to_pylist()[:40]
    assert data.tracks.tags.to_pylist() == original.tags.to_pylist()[:40]
    np.testing.assert_array_equal(data.tracks.numbers, original.numbers[:40])


async def test_tracks_of_several_feature_specs_are_read_together(
    api: GraphQLClient, sample: bytes, exports: PostgresExports, engine: AsyncEngine, tmp_path: Path
) -> None:
    await api.classify(sample)
    original = read_all_tracks(io.BytesIO(sample)).tracks
    later = ("danceability", *reversed(NUMBER_COLUMNS))
    earlier = tuple(name for name in NUMBER_COLUMNS if name not in ("tempo", "vect_7"))
    await store_under(engine, original, 2, later)
    await store_under(engine, original, 3, earlier)
    for track_id in (1, 2, 3, 4):
        await correct(api, track_id)
    skipped: Skipped = {}

    count, features, _ = await training_files(exports, tmp_path, skipped)

    written = read_all_tracks(io.BytesIO(features.read_bytes())).tracks
    assert skipped == {3: ["tempo", "vect_7"]}
    assert count == 3
    assert written.track_ids.tolist() == [1, 2, 4]
    np.testing.assert_array_equal(written.numbers, original.numbers[[0, 1, 3]])


async def test_a_damaged_row_of_features_is_skipped_and_named(
    api: GraphQLClient, sample: bytes, exports: PostgresExports, engine: AsyncEngine, tmp_path: Path
) -> None:
    await api.classify(sample)
    for track_id in (1, 2):
        await correct(api, track_id)
    shorten = text("UPDATE track_features SET numbers = substr(numbers, 1, 9) WHERE track_id = 1")
    async with engine.begin() as connection:
        await connection.execute(shorten)
    skipped: Skipped = {}

    count, _, _ = await training_files(exports, tmp_path, skipped)

    assert count == 1
    assert skipped == {1: list(NUMBER_COLUMNS)}


async def test_features_follow_the_newest_classification(
    api: GraphQLClient, sample_rows: Rows, exports: PostgresExports, tmp_path: Path
) -> None:
    await api.classify(write_csv(sample_rows[:2], {(2, "tempo"): "90"}))
    await api.classify(write_csv(sample_rows[:2], {(2, "tempo"): "91.5"}))
    await correct(api, 1)

    _, features, _ = await training_files(exports, tmp_path)

    (row,) = csv.DictReader(io.StringIO(features.read_text(encoding="utf-8"), newline=""))
    assert row["tempo"] == "91.5"


async def test_features_are_kept_only_if_the_setting_says_so(
    settings: Settings,
    api: GraphQLClient,
    sample_rows: Rows,
    exports: PostgresExports,
    tmp_path: Path,
) -> None:
    await api.classify(write_csv(sample_rows[:3]))
    frugal = settings.model_copy(update={"store_features": False, "worker": False})
    async with (
        LifespanManager(create_app(frugal)) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app), base_url="http://genre.test"
        ) as http,
    ):
        other = GraphQLClient(http, client_id="test", client_secret="test")
        await other.classify(write_csv(sample_rows[1:3], {(2, "tempo"): "91.5"}))
    for track_id in (1, 2, 3):
        await correct(api, track_id)

    count, features, _ = await training_files(exports, tmp_path)

    # Features of the first classification would be wrong for tracks classified again.
    (row,) = csv.DictReader(io.StringIO(features.read_text(encoding="utf-8"), newline=""))
    assert (count, row["trackID"]) == (1, "1")
