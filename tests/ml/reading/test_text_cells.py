"""Columns of raw cells as text, and cells in messages."""

import numpy as np
import pyarrow as pa
import pytest

from ml.reading.text_cells import cell_problem, cell_text_problem, shown, suspicious_text
from ml.track import RejectCode


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
    problem = cell_text_problem(text, required=required)

    assert (problem[0] if problem else None) == code


def test_tells_where_a_cell_is_not_utf_8() -> None:
    problem = cell_problem("é".encode() + b"\xe9", required=False)

    assert problem == (RejectCode.BAD_TEXT, "is not UTF-8 at byte 3 of the cell")


@pytest.mark.parametrize("required", [True, False], ids=["title", "tags"])
def test_suspects_every_text_with_a_problem(required: bool) -> None:
    blanks = [char.encode() for char in map(chr, range(0x10000)) if char.isspace()]
    cells = [b"fine", "é" * 300, b"", b"\0", b"\xff", b"\xed\xa0\x80", b"x" * 501, *blanks]
    cells = [cell.encode() if isinstance(cell, str) else cell for cell in cells]

    suspected = suspicious_text(pa.array(cells, pa.binary()), required=required)

    problems = [cell_problem(cell, required=required) is not None for cell in cells]
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
