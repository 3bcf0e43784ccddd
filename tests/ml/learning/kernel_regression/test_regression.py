"""The closed forms agree with what they stand for: refits without one answer."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ml.learning.kernel_regression.regression import regress, regress_on_points
from ml.learning.kernel_regression.trust import Trust
from ml.track import FloatMatrix

NOISE = 0.1


@pytest.fixture(scope="module")
def covariance() -> FloatMatrix:
    places = np.random.default_rng(1).standard_normal((40, 3))
    return np.exp(-0.5 * ((places[:, None] - places) ** 2).sum(axis=2))


@pytest.fixture(scope="module")
def residuals() -> FloatMatrix:
    return np.random.default_rng(2).standard_normal((40, 4))


def test_held_out_predictions_equal_refits(covariance: FloatMatrix, residuals: FloatMatrix) -> None:
    found = regress(covariance, residuals, NOISE)

    for row in (0, 17, 39):
        others = np.delete(np.arange(40), row)
        refit = regress(covariance[np.ix_(others, others)], residuals[others], NOISE)
        assert_allclose(found.held_out[row], covariance[row, others] @ refit.weights, atol=1e-9)


def test_held_out_predictions_on_points_equal_refits(
    covariance: FloatMatrix, residuals: FloatMatrix
) -> None:
    points, cross = covariance[:10, :10], covariance[:, :10]

    found = regress_on_points(points, cross, np.ones(40), residuals, NOISE)

    for row in (0, 17, 39):
        others = np.delete(np.arange(40), row)
        refit = regress_on_points(points, cross[others], np.ones(39), residuals[others], NOISE)
        assert_allclose(found.held_out[row], cross[row] @ refit.weights, atol=1e-9)


def test_all_answers_as_points_are_nearly_exact(
    covariance: FloatMatrix, residuals: FloatMatrix
) -> None:
    exact = regress(covariance, residuals, NOISE)

    found = regress_on_points(covariance, covariance, np.ones(40), residuals, NOISE)

    assert_allclose(covariance @ found.weights, covariance @ exact.weights, atol=0.05)


def test_trust_rises_where_the_answers_agree() -> None:
    truth = np.arange(200) % 4
    log_odds = np.random.default_rng(3).standard_normal((200, 4))
    helpful, useless = 0.5 * np.eye(4)[truth], np.roll(np.eye(4)[truth], 1, axis=1)
    typical = Trust.typical(200)

    assert typical.fit(log_odds, helpful, truth).answers > typical.answers
    assert typical.fit(log_odds, useless, truth).answers < typical.answers


def test_answers_that_are_no_points_still_teach(
    covariance: FloatMatrix,
) -> None:
    residuals = covariance @ np.random.default_rng(4).standard_normal((40, 4))
    points, cross = covariance[:15, :15], covariance[:, :15]

    found = regress_on_points(points, cross, np.ones(40), residuals, NOISE)

    alone = regress(points, residuals[:15], NOISE)
    missed, missed_alone = (
        np.square(residuals[15:] - cross[15:] @ weights).mean()
        for weights in (found.weights, alone.weights)
    )
    assert missed < missed_alone
