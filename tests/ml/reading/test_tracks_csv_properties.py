"""Made-up files: the reader agrees with Python's csv, and with itself for chunks of any size."""

import csv
import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.factories import row
from support.tracks_reading import chunks_if_any, chunks_of, places

from ml.columns import NUMBER_COLUMNS, REQUIRED_COLUMNS
from ml.errors import CsvError
from ml.track import RejectCode, TrackChunk

HEADER_LINE = ",".join(REQUIRED_COLUMNS).encode()


BAD_CELLS = {
    "trackID": [("x1", "NOT_A_NUMBER"), ("-4", "OUT_OF_RANGE"), ("", "MISSING_VALUE")],
    "title": [("", "MISSING_VALUE"), ("y" * 501, "BAD_TEXT"), (" ", "MISSING_VALUE")],
    "tempo": [("fast", "NOT_A_NUMBER"), ("-1", "OUT_OF_RANGE"), ("", "MISSING_VALUE")],
    "key": [("12", "OUT_OF_RANGE"), ("1.5", "OUT_OF_RANGE"), ("nan", "NOT_A_NUMBER")],
    "vect_77": [("1e999", "OUT_OF_RANGE"), ("0x1", "NOT_A_NUMBER")],
}


FEW = row(tags="") | {name: "0" for name in NUMBER_COLUMNS}
"""Short rows, so that many fit into an example."""


TEXT = st.text(st.sampled_from("ab,\"'\n\r\t ;\\é日\U0001f3b5\ufeff\x85\u2028"), max_size=8)


Problem = tuple[str, str] | None


@st.composite
def made_up_rows(draw: st.DrawFn) -> tuple[list[list[str]], list[Problem]]:
    """Return rows of cells and of each row the column and code of its problem."""
    rows, problems = [], []
    for number in range(draw(st.integers(1, 8))):
        cells = FEW | {
            "trackID": str(number + draw(st.sampled_from([0, 2**53, 2**63 - 9]))),
            "title": "t" + draw(TEXT),
            "tags": draw(TEXT),
            "loudness": repr(draw(st.floats(allow_nan=False, allow_infinity=False))),
        }
        problem: Problem = None
        kind = draw(st.sampled_from(["good"] * 5 + ["bad", "bad", "short", "long", "blank"]))
        if kind == "bad":
            column = draw(st.sampled_from(sorted(BAD_CELLS)))
            cell, code = draw(st.sampled_from(BAD_CELLS[column]))
            cells[column], problem = cell, (column, code)
        line = list(cells.values())
        if kind in ("short", "long"):
            # A wrong count over several lines counts as a forgotten quote, tested elsewhere.
            line = [cell.replace("\n", "") for cell in line]
            line = line[:-1] if kind == "short" else [*line, "more"]
            problem = ("", "WRONG_FIELD_COUNT")
        if kind == "blank":
            line, problem = [], None
        rows.append(line)
        problems.append(problem)
    return rows, problems


def written(rows: list[list[str]], line_end: str, *, quote_all: bool) -> str:
    text = io.StringIO(newline="")
    # The writer leaves a cell with CR unquoted, which its reader refuses.
    quote_all = quote_all or any("\r" in cell for cells in rows for cell in cells)
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(text, lineterminator=line_end, quoting=quoting)
    writer.writerow(REQUIRED_COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


def lines_by_python(text: str) -> list[tuple[int, list[str]]]:
    """Return the non-blank records of `text` and their lines, as Python's csv reads them."""
    reader = csv.reader([line + "\n" for line in text.removesuffix("\n").split("\n")])
    found, line = [], 1
    for cells in reader:
        if cells:
            found.append((line, cells))
        line = reader.line_num + 1
    return found[1:]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    made_up=made_up_rows(),
    chunk_bytes=st.sampled_from([100, 333, 1000, 2000, 100_000]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quote_all=st.booleans(),
)
def test_agrees_with_pythons_csv_for_any_chunk_size(
    made_up: tuple[list[list[str]], list[Problem]],
    chunk_bytes: int,
    line_end: str,
    quote_all: bool,
) -> None:
    rows, problems = made_up
    text = written(rows, line_end, quote_all=quote_all)
    expected = lines_by_python(text)
    expected_problems = [problem for cells, problem in zip(rows, problems, strict=True) if cells]
    good = [record for record, bad in zip(expected, expected_problems, strict=True) if not bad]
    bad = [
        (line, *problem)
        for (line, _), problem in zip(expected, expected_problems, strict=True)
        if problem
    ]

    chunks = chunks_if_any(text.encode(), chunk_bytes)

    tracks = [chunk.tracks for chunk in chunks]
    assert [line for t in tracks for line in t.lines] == [line for line, _ in good]
    assert [n for t in tracks for n in t.track_ids] == [int(cells[0]) for _, cells in good]
    assert [x for t in tracks for x in t.titles.to_pylist()] == [cells[1] for _, cells in good]
    assert [x for t in tracks for x in t.tags.to_pylist()] == [cells[2] for _, cells in good]
    assert [n for t in tracks for n in t.numbers[:, 0]] == [float(cells[3]) for _, cells in good]
    rejects = [reject for chunk in chunks for reject in chunk.rejects]
    assert [(r.line, r.column or "", r.code.value) for r in rejects] == bad


NUMBERS = [b"0"] * len(NUMBER_COLUMNS)
BROKEN_PIECES = st.sampled_from(
    [
        b'"',
        b'""',
        b",",
        b"\n",
        b"\r\n",
        b"\r",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"0x1",
        b"x",
        b",".join([b"1"] * len(REQUIRED_COLUMNS)),
        b"\n" + b",".join([b"2", b'"a', b"0", *NUMBERS]) + b"\n",
        b"\n" + b",".join([b"3", b'"a\nb"', b"0", *NUMBERS]) + b"\n",
        b"\n" + b",".join([b"6", b'"a\nb"\r', b"0", *NUMBERS]) + b"\n",
        b"\n" + b",".join([b"7", b'"a\nb"\rc', b"0", *NUMBERS]) + b"\n",
        b"\n" + b",".join([b"4", b"a", b'"x,y"', *NUMBERS]) + b"\n",
        b"\n" + b",".join([b"5", b'a"', b'"x,y"', *NUMBERS]) + b"\n",
    ]
)


@settings(max_examples=50, deadline=None)
@given(
    body=st.lists(BROKEN_PIECES | st.binary(max_size=20), max_size=15).map(b"".join),
    chunk_bytes=st.sampled_from([170, 700, 2000]),
)
@example(body=b'\n"', chunk_bytes=50)
@example(body=b"\r", chunk_bytes=50)
@example(body=b'"\r\n"\r', chunk_bytes=50)
def test_reads_any_bytes_alike_in_chunks_of_any_size(body: bytes, chunk_bytes: int) -> None:
    data = HEADER_LINE + b"\n" + body

    whole, parts = chunks_if_any(data), chunks_if_any(data, chunk_bytes)

    in_one, in_parts = (
        sorted((int(line), int(n)) for chunk in chunks for line, n in rows_of(chunk))
        for chunks in (whole, parts)
    )
    assert in_one == in_parts
    assert bad_rows_of(whole) == bad_rows_of(parts)
    assert sum(chunk.rows_read for chunk in whole) == sum(chunk.rows_read for chunk in parts)
    assert whole[-1:] == [] or parts[-1].bytes_read <= len(data)


def bad_rows_of(chunks: list[TrackChunk]) -> list[tuple[int, str | None, str | None, str]]:
    found = [place for chunk in chunks for place in places(chunk)]
    return [place for place in found if place[3] != "DUPLICATE_TRACK"]


def rows_of(chunk: TrackChunk) -> list[tuple[int, int]]:
    """Return line and track of each row that has an id; a second one is known only in a chunk."""
    tracks = zip(chunk.tracks.lines.tolist(), chunk.tracks.track_ids.tolist(), strict=True)
    duplicates = [
        (r.line, int(r.track_id or -1))
        for r in chunk.rejects
        if r.code == RejectCode.DUPLICATE_TRACK
    ]
    return [*tracks, *duplicates]


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300) | st.lists(BROKEN_PIECES, max_size=9).map(b"".join))
def test_refuses_any_bytes_as_a_file_with_a_known_error(data: bytes) -> None:
    with pytest.raises(CsvError) as caught:
        chunks_of(data, 64)

    assert caught.value.code in ("EMPTY_CSV", "UNSUPPORTED_FILE_TYPE", "INVALID_CSV")
