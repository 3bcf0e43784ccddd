"""What the notebooks read from docs/model."""

import pytest

from notebooks.parts.curves import by_answers
from notebooks.parts.studies import importances, nested_losses, parameter_names, read_trials


def test_accuracy_by_answers_is_that_of_the_page() -> None:
    table = by_answers()

    assert table.index[0] == 0
    assert "ours, chosen" in table.columns
    assert table.notna().all(axis=None)
    assert table["ours, chosen"].iloc[-1] > table["ours, random"].iloc[-1] > 0.5


def test_importances_of_a_study_add_up() -> None:
    found = importances(read_trials())

    assert set(found.index) == set(parameter_names())
    assert found.sum() == pytest.approx(1)
    nested, defaults = nested_losses()
    assert 0 < nested < defaults
