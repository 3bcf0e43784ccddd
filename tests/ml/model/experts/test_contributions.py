"""Explanations add up to what they explain."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest

from ml.columns import NUMBER_COLUMNS
from ml.errors import UnknownGenreError
from ml.model.experts.ensemble import ExpertEnsemble
from ml.sampling.generator import sample_tracks
from ml.sampling.statistics import SampleStatistics
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.track import FloatMatrix, TrackTable


@pytest.fixture(scope="module")
def ensemble() -> ExpertEnsemble:
    model = load_model(SHIPPED_MODEL_DIR).model
    assert isinstance(model, ExpertEnsemble)
    return model


@pytest.fixture(scope="module")
def tracks() -> TrackTable:
    sample = sample_tracks(SampleStatistics.load(), 12, 9)
    return TrackTable(
        lines=np.zeros(len(sample), dtype=np.int64),
        track_ids=sample["trackID"].to_numpy(),
        titles=pa.array(sample["title"].tolist(), pa.string()),
        tags=pa.array([*sample["tags"].tolist()[:-1], ""], pa.string()),
        numbers=sample[list(NUMBER_COLUMNS)].to_numpy(dtype=np.float64),
    )


def log_odds(probabilities: FloatMatrix) -> FloatMatrix:
    logs = np.log(probabilities)
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


def test_contributions_add_up_to_the_log_odds(ensemble: ExpertEnsemble, tracks: TrackTable) -> None:
    predictions = ensemble.predict(tracks)
    expected = log_odds(predictions.probabilities).max(axis=1)

    found = ensemble.explain(tracks, first=None)

    for explanation, value in zip(found, expected, strict=True):
        total = sum(part.contribution for part in explanation.contributions)
        assert explanation.baseline + total == pytest.approx(value, abs=1e-4)
        assert explanation.log_odds == pytest.approx(value, abs=1e-4)
    assert [one.genre for one in found] == [ensemble.genres[best] for best in predictions.best]


def test_explains_a_genre_that_was_not_predicted(
    ensemble: ExpertEnsemble, tracks: TrackTable
) -> None:
    expected = log_odds(ensemble.predict(tracks).probabilities)[:, 2]

    found = ensemble.explain(tracks, genres=[ensemble.genres[2]] * len(tracks))

    assert [one.log_odds for one in found] == pytest.approx(expected.tolist(), abs=1e-4)


def test_gives_the_strongest_contributions_first(
    ensemble: ExpertEnsemble, tracks: TrackTable
) -> None:
    (few,) = ensemble.explain(tracks.take(np.array([0])), first=5)
    (every,) = ensemble.explain(tracks.take(np.array([0])), first=None)

    sizes = [abs(part.contribution) for part in every.contributions]
    assert sizes == sorted(sizes, reverse=True)
    assert few.contributions == every.contributions[:5]
    assert {part.feature for part in every.contributions} <= set(ensemble.feature_names)


def test_the_baseline_is_the_same_for_every_track(
    ensemble: ExpertEnsemble, tracks: TrackTable
) -> None:
    found = ensemble.explain(tracks, genres=[ensemble.genres[0]] * len(tracks))

    baselines = [one.baseline for one in found]
    assert baselines == pytest.approx([baselines[0]] * len(tracks))


def test_refuses_an_unknown_genre(ensemble: ExpertEnsemble, tracks: TrackTable) -> None:
    with pytest.raises(UnknownGenreError, match="polka"):
        ensemble.explain(tracks, genres=["polka"] * len(tracks))


def test_several_threads_get_the_same_answers(ensemble: ExpertEnsemble, tracks: TrackTable) -> None:
    expected = ensemble.predict(tracks).probabilities

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: ensemble.predict(tracks).probabilities, range(16)))

    assert all(np.array_equal(one, expected) for one in found)
