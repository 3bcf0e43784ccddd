"""Columns of raw cells as numbers and track ids."""

import numpy as np
import pyarrow as pa
import pytest

from ml.columns import NUMBER_RULES, TRACK_ID_RULE, NumberRule, rule_of
from ml.reading.number_cells import breaks_rule, read_number_cells, read_track_ids


def cells_of(*cells: bytes) -> pa.Array:
    return pa.array(cells, pa.binary())


def test_tells_numbers_from_empty_cells_and_text() -> None:
    cells = cells_of(b"1.5", b" -2 ", b"", b"\t", b"fast", b"nan", b"\xff", b"inf", b"+3e2")

    numbers = read_number_cells(cells)

    np.testing.assert_array_equal(
        numbers.values, [1.5, -2, np.nan, np.nan, np.nan, np.nan, np.nan, np.inf, 300]
    )
    assert np.flatnonzero(numbers.missing).tolist() == [2, 3]
    assert np.flatnonzero(numbers.not_a_number).tolist() == [4, 5, 6]


def test_reads_no_cells() -> None:
    ids, numbers = read_track_ids(cells_of())

    assert len(ids) == len(numbers.values) == len(numbers.missing) == 0


@pytest.mark.parametrize(
    ("rule", "value", "broken"),
    [
        pytest.param(NumberRule(), -1e308, False, id="any"),
        pytest.param(NumberRule(), np.inf, True, id="infinite"),
        pytest.param(NumberRule(), -np.inf, True, id="minus-infinite"),
        pytest.param(NumberRule(), np.nan, False, id="nan-is-judged-elsewhere"),
        pytest.param(NumberRule(minimum=0), 0, False, id="least"),
        pytest.param(NumberRule(minimum=0), -1e-300, True, id="below-least"),
        pytest.param(NumberRule(maximum=7), 7, False, id="most"),
        pytest.param(NumberRule(maximum=7), np.nextafter(7, 8), True, id="above-most"),
        pytest.param(NumberRule(whole=True), 3, False, id="whole"),
        pytest.param(NumberRule(whole=True), 3.0000001, True, id="not-whole"),
        pytest.param(NumberRule(whole=True), np.inf, True, id="whole-infinite"),
    ],
)
def test_tells_which_values_break_a_rule(rule: NumberRule, value: float, broken: bool) -> None:
    found = breaks_rule(np.array([1.0, value]), rule)

    assert found.tolist() == [False, broken]


def test_words_the_expectation_of_each_kind_of_rule() -> None:
    rules = [
        NumberRule(),
        TRACK_ID_RULE,
        NUMBER_RULES["key"],
        NumberRule(maximum=0.5),
        rule_of("vect_1"),
    ]

    expectations = [rule.expectation for rule in rules]

    assert expectations == [
        "a finite number",
        "a whole number, 0 or more",
        "a whole number from 0 to 11",
        "a finite number, at most 0.5",
        "a finite number",
    ]


def test_reads_track_ids_exactly() -> None:
    cells = cells_of(b"9007199254740993", b"9007199254740993.0", b"9223372036854775807", b" +7 ")

    ids, numbers = read_track_ids(cells)

    assert ids.tolist() == [2**53 + 1, 2**53 + 1, 2**63 - 1, 7]
    assert not breaks_rule(numbers.values, TRACK_ID_RULE).any()


def test_makes_ids_that_fit_in_no_column_break_the_rule() -> None:
    cells = cells_of(b"9223372036854775808", b"-1", b"1.5", b"9007199254740993.5", b"1e300")

    _, numbers = read_track_ids(cells)

    assert breaks_rule(numbers.values, TRACK_ID_RULE).all()
    assert not numbers.not_a_number.any()
