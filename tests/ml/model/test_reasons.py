"""Reasons in words: truthful about what the features say."""

import pytest

from ml.columns import NUMBER_COLUMNS
from ml.model.explanation import Contribution
from ml.model.reasons import Measure, group_reasons, measure_of, summarise


def test_every_column_has_a_measure() -> None:
    measures = [measure_of(column) for column in NUMBER_COLUMNS]

    assert Measure.OTHER not in measures
    assert measures.count(Measure.TIMBRE) == 24
    assert measures.count(Measure.SPECTRUM) == 26
    assert measure_of("word=love") is Measure.WORDS
    assert measure_of("answer=12") is Measure.ANSWERS
    assert measure_of("danceability") is Measure.OTHER


@pytest.mark.parametrize(
    ("rank", "phrase"),
    [
        (0.95, "louder than most tracks"),
        (0.6, "louder than most tracks"),
        (0.5, "loudness"),
        (0.3, "quieter than most tracks"),
        (None, "loudness"),
    ],
)
def test_compares_loudness_only_where_it_differs(rank: float | None, phrase: str) -> None:
    reasons = group_reasons([Contribution("loudness", "-6", 0.5, rank)])

    assert summarise("metal", reasons) == f"For metal: {phrase}."


def test_names_both_sides_and_leaves_out_what_hardly_counts() -> None:
    contributions = [
        Contribution("word=train", "1", 0.9),
        Contribution("vect_3", "7", 0.8, 0.99),
        Contribution("tempo", "120", -0.6),
        Contribution("word=party", "1", -0.2),
        Contribution("word=road", "1", 0.2),
        Contribution("key", "3", 0.01),
    ]

    summary = summarise("folk", group_reasons(contributions))

    assert summary == "For folk: timbre; words: train, road. Against it: tempo and beat."


def test_nothing_to_say_is_an_empty_summary() -> None:
    assert summarise("folk", group_reasons([])) == ""
