"""Predictions as log-odds."""

import numpy as np
import pytest

from ml.model.predictions import GenrePredictions


def test_log_odds_are_relative_to_the_mean_genre() -> None:
    found = GenrePredictions(("folk", "metal"), np.array([[0.8, 0.2]])).log_odds

    assert found[0].tolist() == pytest.approx([np.log(2), -np.log(2)])


def test_log_odds_are_finite_where_a_genre_is_impossible() -> None:
    found = GenrePredictions(("folk", "metal"), np.array([[1.0, 0.0]])).log_odds

    assert np.isfinite(found).all()
    assert found[0, 0] > 300 > found[0, 1]
