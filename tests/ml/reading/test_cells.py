"""Columns of raw cells as numbers, ids and text."""

import numpy as np
import pyarrow as pa
import pytest

from ml.columns import NUMBER_RULES, TRACK_ID_RULE, NumberRule, rule_of
from ml.reading.cells import (
    breaks_rule,
    read_number_cells,
    read_track_ids,
    shown,
    str_problem,
    suspicious_text,
    text_problem,
)
from ml.track import RejectCode


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


@pytest.mark.parametrize(
    ("text", "required", "code"),
    [
        pytest.param("Blue", True, None, id="title"),
        pytest.param("", False, None, id="no-tags"),
        pytest.param(" ", False, None, id="blank-tags"),
        pytest.param("x" * 10_000, False, None, id="long-tags"),
        pytest.param("", True, RejectCode.MISSING_VALUE, id="empty-title"),
        pytest.param("\u2003\t", True, RejectCode.MISSING_VALUE, id="blank-title"),
        pytest.param("x" * 501, True, RejectCode.BAD_TEXT, id="long-title"),
        pytest.param("a\0", True, RejectCode.BAD_TEXT, id="nul-in-title"),
        pytest.param("\0", False, RejectCode.BAD_TEXT, id="nul-in-tags"),
        pytest.param("\ud83c", False, RejectCode.BAD_TEXT, id="half-a-surrogate-pair"),
    ],
)
def test_finds_problem_of_text(text: str, required: bool, code: RejectCode | None) -> None:
    problem = str_problem(text, required=required)

    assert (problem[0] if problem else None) == code


def test_tells_where_a_cell_is_not_utf_8() -> None:
    problem = text_problem("é".encode() + b"\xe9", required=False)

    assert problem == (RejectCode.BAD_TEXT, "is not UTF-8 at byte 3 of the cell")


@pytest.mark.parametrize("required", [True, False], ids=["title", "tags"])
def test_suspects_every_text_with_a_problem(required: bool) -> None:
    blanks = [char.encode() for char in map(chr, range(0x10000)) if char.isspace()]
    cells = [b"fine", "é" * 300, b"", b"\0", b"\xff", b"\xed\xa0\x80", b"x" * 501, *blanks]
    cells = [cell.encode() if isinstance(cell, str) else cell for cell in cells]

    suspected = suspicious_text(cells_of(*cells), required=required)

    problems = [text_problem(cell, required=required) is not None for cell in cells]
    assert not (np.array(problems) & ~suspected).any()
    assert not suspected[0]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param(b"fast", '"fast"', id="plain"),
        pytest.param(b"", '""', id="empty"),
        pytest.param(b"x" * 41, '"' + "x" * 40 + '..."', id="long"),
        pytest.param(b"a\nb\x1b[31m", r'"a\nb\x1b[31m"', id="control-characters"),
        pytest.param("é\u202e".encode(), r'"é\u202e"', id="text-direction"),
        pytest.param(b"\xe9", '"\ufffd"', id="not-utf-8"),
    ],
)
def test_shows_a_cell_so_that_it_does_no_harm(cell: bytes, text: str) -> None:
    found = shown(cell)

    assert found == text
