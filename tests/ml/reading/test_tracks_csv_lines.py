"""Lines and quotes of a file of tracks: numbers stay right and only damaged rows are lost."""

import pytest
from support.factories import raw_tracks_csv, row, tracks_csv
from support.tracks_reading import chunks_of, line_of, places, read

from ml.columns import REQUIRED_COLUMNS
from ml.reading.records.fields import MAX_RECORD_BYTES
from ml.track import FilePosition, Reject, RejectCode


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["no-mark", "byte-order-mark"])
def test_counts_blank_lines_before_the_header(bom: bytes) -> None:
    data = bom + b"\n\r\n" + tracks_csv(row())

    chunk = read(data)

    assert chunk.tracks.lines.tolist() == [4]
    assert chunk.end == FilePosition(len(data), 5)


def test_counts_the_lines_of_a_quoted_header_name() -> None:
    columns = [*REQUIRED_COLUMNS, "notes\nof\nmine"]

    chunk = read(tracks_csv(row(), columns=columns))

    assert chunk.tracks.lines.tolist() == [4]


@pytest.mark.parametrize("chunk_bytes", [500, 1500, 4000, 1_000_000])
def test_counts_lines_of_quoted_newlines_across_chunks(chunk_bytes: int) -> None:
    rows = [row(trackID=str(n), title="a\n\nb\r\nc") for n in range(20)]
    rows[9]["tempo"] = "fast"

    chunks = chunks_of(tracks_csv(*rows), chunk_bytes)

    lines = [line for chunk in chunks for line in chunk.tracks.lines]
    assert lines == [2 + 4 * n for n in range(20) if n != 9]
    rejects = [place for chunk in chunks for place in places(chunk)]
    assert rejects == [(38, "9", "tempo", "NOT_A_NUMBER")]


@pytest.mark.parametrize("chunk_bytes", [900, 2500, 1_000_000])
@pytest.mark.parametrize(
    ("cell", "title"),
    [
        pytest.param(b'12" Mix', '12" Mix', id="stray"),
        pytest.param(b'"Mix" Tape', "Mix Tape", id="text-behind-quote"),
        pytest.param(b'Mix"', 'Mix"', id="unopened"),
    ],
)
def test_keeps_rows_around_a_wrong_quote(cell: bytes, title: str, chunk_bytes: int) -> None:
    lines = [
        line_of(trackID=str(n), title="?", tags='"love,rain"').replace(
            b"?", cell if n == 3 else b'"Old, ""new"""'
        )
        for n in range(8)
    ]

    chunks = chunks_of(raw_tracks_csv(*lines), chunk_bytes)

    titles = [name for chunk in chunks for name in chunk.tracks.titles.to_pylist()]
    assert titles == [title if n == 3 else 'Old, "new"' for n in range(8)]
    assert [line for chunk in chunks for line in chunk.tracks.lines] == list(range(2, 10))


@pytest.mark.parametrize("chunk_bytes", [900, 2500, 1_000_000])
@pytest.mark.parametrize("bad", [{3}, {0, 1}, {2, 5}, {7}, {1, 3, 5, 7}, set(range(8))], ids=str)
def test_loses_only_the_rows_with_an_unclosed_quote(bad: set[int], chunk_bytes: int) -> None:
    lines = [
        line_of(trackID=str(n), tags='"love,rain' if n in bad else '"love,rain"') for n in range(8)
    ]

    chunks = chunks_of(raw_tracks_csv(*lines), chunk_bytes)

    ids = [track_id for chunk in chunks for track_id in chunk.tracks.track_ids]
    assert ids == [n for n in range(8) if n not in bad]
    assert [place for chunk in chunks for place in places(chunk)] == [
        (n + 2, str(n), None, "WRONG_FIELD_COUNT") for n in sorted(bad)
    ]


@pytest.mark.parametrize("chunk_bytes", [100, 1_000_000])
def test_keeps_a_return_after_a_closing_quote(chunk_bytes: int) -> None:
    lines = [
        line_of(trackID="1", title='"one\ntwo"\r'),
        line_of(trackID="2", title='"one\ntwo"\rthree'),
        line_of(trackID="3", title='a "b" c'),
    ]

    chunks = chunks_of(raw_tracks_csv(*lines), chunk_bytes)

    titles = [name for chunk in chunks for name in chunk.tracks.titles.to_pylist()]
    assert titles == ["one\ntwo\r", 'a "b" c']
    assert [place for chunk in chunks for place in places(chunk)] == [
        (4, "2", None, "WRONG_FIELD_COUNT"),
        (5, None, None, "WRONG_FIELD_COUNT"),
    ]


def test_keeps_a_long_cell_next_to_a_wrong_quote() -> None:
    words = "x," * 250_000
    lines = [line_of(trackID="1", title='12" Mix'), line_of(trackID="2", tags=f'"{words}"')]

    chunk = read(raw_tracks_csv(*lines))

    assert chunk.rejects == []
    assert chunk.tracks.tags.to_pylist() == ["", words]


def test_keeps_lines_right_with_a_bare_carriage_return() -> None:
    # Arrow ends a row at each CR: the blank line and the cut one would make up for each other.
    parted = line_of(trackID="2", title="one\rtwo")
    lines = [line_of(trackID=str(n)) for n in (1, 3, 4)]

    chunk = read(raw_tracks_csv(lines[0], b"\r\r", parted, lines[1], b"x", lines[2]))

    assert chunk.tracks.track_ids.tolist() == [1, 2, 3, 4]
    assert chunk.tracks.lines.tolist() == [2, 4, 5, 7]
    assert chunk.tracks.titles.to_pylist()[1] == "one\rtwo"
    assert places(chunk) == [
        (3, None, None, "WRONG_FIELD_COUNT"),
        (6, None, None, "WRONG_FIELD_COUNT"),
    ]


@pytest.mark.parametrize("chunk_bytes", [200_000, 8 * 1024 * 1024])
@pytest.mark.parametrize("end", [b"\n", b""], ids=["newline", "no-newline"])
def test_rejects_a_row_without_end_and_keeps_the_others(end: bytes, chunk_bytes: int) -> None:
    endless = line_of(trackID="2", tags="x" * 5 * MAX_RECORD_BYTES)
    first, last = line_of(trackID="1"), line_of(trackID="3")

    chunks = chunks_of(raw_tracks_csv(first, endless, last, end=end), chunk_bytes)

    assert [n for chunk in chunks for n in chunk.tracks.track_ids] == [1, 3]
    assert [reject for chunk in chunks for reject in chunk.rejects] == [
        Reject(3, "2", None, RejectCode.BAD_TEXT, "The row is longer than 1048576 bytes.")
    ]
