"""Scores, against numbers worked out by hand."""

import math

import numpy as np
import pytest

from ml.track import FloatMatrix
from ml.training.scores.metrics import expected_calibration_error, score


def truth_of(*genres: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.array(genres, dtype=np.intp)


def test_scores_certain_and_right_answers() -> None:
    metrics = score(np.eye(3), truth_of(0, 1, 2))

    assert (metrics.accuracy, metrics.macro_f1, metrics.ece) == (1, 1, 0)
    assert metrics.log_loss == pytest.approx(0, abs=1e-12)
    assert metrics.confusion_matrix == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_scores_answers_by_their_definitions() -> None:
    probabilities = np.array([[0.6, 0.4], [0.7, 0.3], [0.2, 0.8], [0.9, 0.1]])

    metrics = score(probabilities, truth_of(0, 1, 1, 0))

    assert metrics.accuracy == 0.75
    # Genre 0: precision 2/3, recall 1; genre 1: precision 1, recall 1/2.
    assert metrics.macro_f1 == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert metrics.log_loss == pytest.approx(-sum(map(math.log, (0.6, 0.3, 0.8, 0.9))) / 4)
    assert metrics.confusion_matrix == [[2, 0], [1, 1]]


def test_counts_a_genre_that_never_occurs_as_missed() -> None:
    probabilities = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])

    metrics = score(probabilities, truth_of(0, 1))

    assert metrics.accuracy == 1
    assert metrics.macro_f1 == pytest.approx(2 / 3)
    assert metrics.confusion_matrix == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("probabilities", "truth", "error"),
    [
        pytest.param([[1.0, 0.0]] * 4, [0, 0, 0, 0], 0, id="certain-and-right"),
        pytest.param([[1.0, 0.0]] * 4, [1, 1, 1, 1], 1, id="certain-and-wrong"),
        pytest.param([[0.75, 0.25]] * 4, [0, 0, 0, 1], 0, id="as-often-right-as-it-says"),
        pytest.param([[0.75, 0.25]] * 4, [0, 0, 0, 0], 0.25, id="too-modest"),
        pytest.param([[0.95, 0.05], [0.55, 0.45]], [1, 0], (0.95 + 0.45) / 2, id="two-bins"),
        pytest.param([[0.92, 0.08], [0.98, 0.02]], [1, 0], 0.45, id="one-bin"),
    ],
)
def test_measures_how_far_confidence_is_from_accuracy(
    probabilities: list[list[float]], truth: list[int], error: float
) -> None:
    matrix: FloatMatrix = np.array(probabilities)

    found = expected_calibration_error(matrix, truth_of(*truth))

    assert found == pytest.approx(error)
