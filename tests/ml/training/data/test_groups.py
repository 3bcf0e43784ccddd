"""Groups and folds: nothing that may share an artist is on both sides."""

import numpy as np
import pytest

from ml.errors import TrainingDataError
from ml.training.data.groups import deal_folds


def test_a_group_is_in_one_fold_and_folds_are_even() -> None:
    groups = np.repeat(np.arange(12), 5)
    truth = np.repeat([0, 1], 30)

    folds = deal_folds(groups, truth, 3, seed=1)

    assert all(len(set(folds[groups == group])) == 1 for group in range(12))
    for genre in (0, 1):
        assert np.bincount(folds[truth == genre]).tolist() == [10, 10, 10]


def test_too_few_groups_for_the_folds_are_an_error() -> None:
    with pytest.raises(TrainingDataError, match="too similar"):
        deal_folds(np.zeros(6, dtype=np.intp), np.zeros(6, dtype=np.intp), 3, seed=1)
