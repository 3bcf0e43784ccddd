"""Reading a file of tracks: its layout, its chunks, and the rows that are rejected as a whole."""

import csv
import io
import random

import pytest
from support.factories import csv_line, raw_tracks_csv, row, tracks_csv
from support.repository import REAL_TRACKS
from support.tracks_reading import Dribble, chunks_of, line_of, places, read

from ml.columns import NUMBER_COLUMNS, REQUIRED_COLUMNS
from ml.reading.records.fields import MAX_RECORD_BYTES
from ml.reading.tracks_csv import read_all_tracks, read_tracks, resume_tracks
from ml.track import Reject, RejectCode

# A cell that Arrow does not take as a number, so that its block is judged from raw cells.
SLOW = row(trackID="1", tempo="fast")
COUNT = len(REQUIRED_COLUMNS)


def test_reads_every_column_of_a_track() -> None:
    cells = row()

    chunk = read(tracks_csv(cells))

    assert chunk.rejects == []
    assert chunk.tracks.lines.tolist() == [2]
    assert chunk.tracks.track_ids.tolist() == [6880]
    assert chunk.tracks.titles.to_pylist() == ["Blue Train"]
    assert chunk.tracks.tags.to_pylist() == ["love,rain,night"]
    assert chunk.tracks.numbers.tolist() == [[float(cells[name]) for name in NUMBER_COLUMNS]]


def test_reports_the_first_problem_of_a_row_only() -> None:
    chunk = read(tracks_csv(row(trackID="2", title="", tempo="fast", key="12")))

    assert places(chunk) == [(2, "2", "title", "MISSING_VALUE")]


def test_rejects_a_track_id_the_second_time() -> None:
    data = tracks_csv(
        row(trackID="7", title="first"), row(trackID="8"), row(trackID="7"), row(trackID=" 7.0 ")
    )

    chunk = read(data)

    assert chunk.tracks.titles.to_pylist() == ["first", "Blue Train"]
    assert places(chunk) == [
        (4, "7", "trackID", "DUPLICATE_TRACK"),
        (5, "7", "trackID", "DUPLICATE_TRACK"),
    ]
    assert chunk.rejects[0].message == "trackID 7 already appears in an earlier row."


def test_keeps_a_track_whose_earlier_row_was_rejected() -> None:
    chunk = read(tracks_csv(row(trackID="7", key="12"), row(trackID="7")))

    assert places(chunk) == [(2, "7", "key", "OUT_OF_RANGE")]
    assert chunk.tracks.lines.tolist() == [3]


def test_reads_columns_in_any_order_and_ignores_others() -> None:
    columns = [*reversed(REQUIRED_COLUMNS), "mood", "ID3 version", "mood", ""]
    random.Random(3).shuffle(columns)
    cells = row(mood='sad, "blue"\nand\0old')

    chunk = read(tracks_csv(cells, row(trackID="2"), columns=columns))

    assert chunk.rejects == []
    assert chunk.tracks.track_ids.tolist() == [6880, 2]
    assert chunk.tracks.numbers[0].tolist() == [float(cells[name]) for name in NUMBER_COLUMNS]


@pytest.mark.parametrize("others", [(), (SLOW,)], ids=["fast", "slow"])
@pytest.mark.parametrize(
    ("line", "fields"),
    [
        pytest.param(b"12,Short", 2, id="short"),
        pytest.param(line_of(trackID="12").rsplit(b",", 1)[0], COUNT - 1, id="one-less"),
        pytest.param(line_of(trackID="12") + b",1", COUNT + 1, id="one-more"),
        pytest.param(b"12", 1, id="only-the-id"),
    ],
)
def test_rejects_row_with_wrong_number_of_fields(
    line: bytes, fields: int, others: tuple[dict[str, str], ...]
) -> None:
    good = line_of(trackID="3")
    slow = [csv_line(other | {"tags": ""}) for other in others]

    chunk = read(raw_tracks_csv(b"", line, b"\r", good, *slow))

    message = f"The row has {fields} fields; the header has {COUNT}."
    assert chunk.rejects[0] == Reject(3, "12", None, RejectCode.WRONG_FIELD_COUNT, message)
    assert chunk.tracks.track_ids.tolist() == [3]
    assert chunk.tracks.lines.tolist() == [5]


@pytest.mark.parametrize(
    ("line", "track_id"),
    [
        pytest.param(b" 007 ,x", "7", id="normalised"),
        pytest.param(b"9223372036854775808,x", None, id="too-large"),
        pytest.param(b"1" * 5000, None, id="many-digits"),
        pytest.param(b"x,y", None, id="no-number"),
        pytest.param(b"\xff", None, id="not-utf-8"),
        pytest.param(b" ", None, id="a-space"),
        pytest.param(b'""', None, id="empty-quotes"),
    ],
)
def test_names_track_of_a_short_row_if_it_can(line: bytes, track_id: str | None) -> None:
    chunk = read(raw_tracks_csv(line))

    assert places(chunk) == [(2, track_id, None, "WRONG_FIELD_COUNT")]


def test_rejects_the_last_line_if_it_is_cut_off() -> None:
    data = tracks_csv(row(trackID="1"), row(trackID="2"))

    chunk = read(data[:-100])

    assert chunk.tracks.track_ids.tolist() == [1]
    assert places(chunk) == [(3, "2", None, "WRONG_FIELD_COUNT")]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(tracks_csv(row(), bom=True), id="byte-order-mark"),
        pytest.param(tracks_csv(row(), line_end="\r\n"), id="crlf"),
        pytest.param(tracks_csv(row()).rstrip(), id="no-last-newline"),
        pytest.param(tracks_csv(row(), line_end="\r\n")[:-1], id="half-a-crlf"),
        pytest.param(tracks_csv(row()) + b"\n\r\n\n", id="blank-lines-at-end"),
        pytest.param(tracks_csv(row()).replace(b",", b" , ", COUNT - 1), id="header-spaces"),
        pytest.param(tracks_csv(row()).replace(b"title", b'"title"', 1), id="quoted-header"),
    ],
)
def test_reads_the_variants_of_csv(data: bytes) -> None:
    chunk = read(data)

    assert chunk.rejects == []
    assert chunk.tracks.titles.to_pylist() == ["Blue Train"]
    assert chunk.tracks.lines.tolist() == [2]


def test_splits_a_large_file_into_chunks_of_the_size_asked_for() -> None:
    data = tracks_csv(*(row(trackID=str(n)) for n in range(1000)))

    chunks = chunks_of(data, chunk_bytes=50_000)

    assert len(chunks) == pytest.approx(len(data) / 50_000, abs=2)
    assert [n for chunk in chunks for n in chunk.tracks.track_ids] == list(range(1000))
    positions = [chunk.end.byte for chunk in chunks]
    assert positions == sorted(positions)
    assert positions[-1] == len(data)


def test_reads_from_a_file_that_answers_short() -> None:
    data = tracks_csv(*(row(trackID=str(n), title="a\nb") for n in range(100)))

    (chunk,) = read_tracks(Dribble(data))

    assert chunk.rejects == []
    assert chunk.tracks.track_ids.tolist() == list(range(100))


@pytest.mark.parametrize("chunk_bytes", [4000, 300_000])
def test_resumes_after_any_chunk(chunk_bytes: int) -> None:
    lines = [line_of(trackID=str(n), title='"a\n""b"' if n % 3 else '5" x') for n in range(15)]
    lines[9:9] = [b"", line_of(trackID="30", tags="x" * 3 * MAX_RECORD_BYTES), b"\r", b"short"]
    data = b"\xef\xbb\xbf\n" + raw_tracks_csv(*lines, end=b"")
    chunks = chunks_of(data, chunk_bytes)

    resumed = [
        list(resume_tracks(io.BytesIO(data), chunk.end, chunk_bytes=chunk_bytes))
        for chunk in chunks
    ]

    places_of = [[(c.tracks.lines.tolist(), c.rejects) for c in rest] for rest in resumed]
    for index, rest in enumerate(places_of):
        assert joined(rest) == joined(
            [(chunk.tracks.lines.tolist(), chunk.rejects) for chunk in chunks[index + 1 :]]
        )


def joined(parts: list[tuple[list[int], list[Reject]]]) -> tuple[list[int], list[Reject]]:
    return [n for lines, _ in parts for n in lines], [r for _, rejects in parts for r in rejects]


def test_joins_chunks_of_a_whole_file() -> None:
    data = tracks_csv(*(row(trackID=str(n), key=str(n % 13)) for n in range(26)))

    chunk = read_all_tracks(io.BytesIO(data))

    assert chunk.rows_read == 26
    assert len(chunk.tracks) == 24
    assert [reject.track_id for reject in chunk.rejects] == ["12", "25"]


@pytest.mark.skipif(
    not REAL_TRACKS.exists(), reason="the real tracks are not part of the repository"
)
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        pytest.param("labelled_features.csv", 450, id="labelled"),
        pytest.param("unlabelled_features.csv", 428, id="unlabelled"),
    ],
)
def test_reads_the_real_tracks(name: str, rows: int) -> None:
    data = (REAL_TRACKS / name).read_bytes()
    first = next(csv.DictReader(io.StringIO(data.decode(), newline="")))

    chunk = read(data)

    assert (chunk.rows_read, len(chunk.tracks), chunk.rejects) == (rows, rows, [])
    assert chunk.tracks.track_ids[0] == int(first["trackID"])
    assert chunk.tracks.titles[0].as_py() == first["title"]
    assert chunk.tracks.numbers[0].tolist() == [float(first[name]) for name in NUMBER_COLUMNS]
