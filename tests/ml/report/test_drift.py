"""Drift of a file whose shift is known."""

import numpy as np
import pytest

from ml.columns import NUMBER_COLUMNS
from ml.model.reasons import Measure
from ml.report.drift import ColumnDrift, measure_drift
from ml.store.profile import TrainingProfile
from ml.track import FloatMatrix

LOUDNESS, TEMPO, KEY = map(NUMBER_COLUMNS.index, ("loudness", "tempo", "key"))


def draw(tracks: int, seed: int) -> FloatMatrix:
    generator = np.random.default_rng(seed)
    numbers = generator.standard_normal((tracks, len(NUMBER_COLUMNS)))
    for column, count in (("key", 12), ("mode", 2), ("time_signature", 8)):
        numbers[:, NUMBER_COLUMNS.index(column)] = generator.integers(count, size=tracks)
    return numbers


def drift_of(numbers: FloatMatrix, training: FloatMatrix | None = None) -> dict[str, ColumnDrift]:
    seen = draw(5_000, seed=1) if training is None else training
    groups = measure_drift(TrainingProfile.of(seen, NUMBER_COLUMNS), numbers)
    return {column.column: column for group in groups for column in group.columns}


def test_tracks_like_the_training_tracks_differ_by_chance_only() -> None:
    found = drift_of(draw(2_000, seed=2))

    assert len(found) == len(NUMBER_COLUMNS)
    by_chance = [column.psi < column.chance for column in found.values()]
    assert np.mean(by_chance) == pytest.approx(0.95, abs=0.06)
    assert max(column.ks for column in found.values()) < 0.06


def test_a_shift_by_one_standard_deviation_has_the_psi_and_ks_of_theory() -> None:
    numbers = draw(20_000, seed=3)
    numbers[:, LOUDNESS] += 1

    found = drift_of(numbers, draw(20_000, seed=4))["loudness"]

    # For N(1, 1) against N(0, 1): the deciles give 0.94 (the Jeffreys divergence is 1), and the
    # distributions are 0.383 apart at their widest.
    assert found.psi == pytest.approx(0.94, abs=0.05)
    assert found.ks == pytest.approx(0.383, abs=0.02)


def test_the_group_that_drifted_most_comes_first() -> None:
    numbers = draw(1_000, seed=5)
    numbers[:, KEY] = 0
    numbers[:, NUMBER_COLUMNS.index("mode")] = 0

    first = measure_drift(TrainingProfile.of(draw(1_000, seed=6), NUMBER_COLUMNS), numbers)[0]

    assert first.measure is Measure.KEY
    assert first.columns[0].column == "key"
    assert first.drifted == 2
    assert first.columns[0].ks == pytest.approx(11 / 12, abs=0.03)


def test_a_value_that_many_training_tracks_share_is_no_drift() -> None:
    training, numbers = draw(4_000, seed=7), draw(4_000, seed=8)
    training[:1_600, TEMPO] = 0
    numbers[:1_600, TEMPO] = 0

    found = drift_of(numbers, training)["tempo"]

    assert found.psi < found.chance
    assert found.ks < 0.05


def test_missing_numbers_are_counted_and_left_out() -> None:
    numbers = draw(1_000, seed=9)
    numbers[:400, LOUDNESS] = np.nan
    numbers[:, TEMPO] = np.nan

    found = drift_of(numbers)

    assert found["loudness"].missing == 400
    assert found["loudness"].psi < 0.1
    assert "tempo" not in found
