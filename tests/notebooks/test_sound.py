"""What the notebooks say about the numbers of the sound."""

import numpy as np

from notebooks.parts.sound import nested_variance, redundancy


def test_nested_variance_tells_genre_from_artist() -> None:
    draw = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 10)
    truth = groups // 10
    noise = draw.normal(size=(200, 3))
    by_genre = noise[:, 0] + 3 * truth
    by_group = noise[:, 1] + 3 * draw.normal(size=20)[groups]

    found = nested_variance(
        np.column_stack([by_genre, by_group, noise[:, 2]]), truth, groups, ["genre", "group", "no"]
    ).set_index("column")

    assert found.loc["genre", "p"] < 1e-6
    assert found.loc["group", "p"] > 0.05
    assert found.loc["group", "group"] > 0.6
    assert found.loc["no", "track"] > 0.8


def test_redundancy_joins_columns_that_say_the_same() -> None:
    draw = np.random.default_rng(0)
    first, second = draw.normal(size=(2, 300))

    found = redundancy(np.column_stack([first, -first, np.exp(first), second]))

    assert len(set(found.cluster_of[:3])) == 1
    assert len(set(found.cluster_of)) == 2
    assert 1.2 < found.axes < 2
