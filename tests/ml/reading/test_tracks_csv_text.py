"""Cells of tracks as text: titles and tags, and what a reject says of a bad cell."""

import pytest
from support.factories import raw_tracks_csv, row, tracks_csv
from support.tracks_reading import line_of, places, read

from ml.columns import MAX_TITLE_CHARS, REQUIRED_COLUMNS
from ml.track import Reject, RejectCode


@pytest.mark.parametrize(
    ("column", "cell", "code", "message"),
    [
        pytest.param(
            "tempo",
            "fast",
            "NOT_A_NUMBER",
            'tempo is "fast"; it must be a finite number, 0 or more.',
            id="tempo-text",
        ),
        pytest.param(
            "tempo",
            "",
            "MISSING_VALUE",
            "tempo is empty; it must be a finite number, 0 or more.",
            id="tempo-empty",
        ),
        pytest.param(
            "tempo",
            "-0.5",
            "OUT_OF_RANGE",
            "tempo is -0.5; it must be a finite number, 0 or more.",
            id="tempo-negative",
        ),
        pytest.param(
            "key",
            "12",
            "OUT_OF_RANGE",
            "key is 12; it must be a whole number from 0 to 11.",
            id="key-too-large",
        ),
        pytest.param(
            "key",
            "11.0000001",
            "OUT_OF_RANGE",
            "key is 11.0000001; it must be a whole number from 0 to 11.",
            id="key-barely-too-large",
        ),
        pytest.param("title", "", "MISSING_VALUE", "title is empty.", id="title-empty"),
        pytest.param("title", " \t\u3000", "MISSING_VALUE", "title is empty.", id="title-blank"),
        pytest.param(
            "title",
            "x" * (MAX_TITLE_CHARS + 1),
            "BAD_TEXT",
            "title has 501 characters; at most 500 are allowed.",
            id="title-too-long",
        ),
        pytest.param(
            "tags",
            "a\0b",
            "BAD_TEXT",
            "tags contains the character U+0000, which cannot be stored.",
            id="tags-nul",
        ),
    ],
)
def test_reports_line_track_column_and_reason(
    column: str, cell: str, code: str, message: str
) -> None:
    data = tracks_csv(row(trackID="1"), row(trackID="2", **{column: cell}), row(trackID="3"))

    chunk = read(data)

    assert chunk.rejects == [Reject(3, "2", column, RejectCode(code), message)]
    assert chunk.tracks.track_ids.tolist() == [1, 3]
    assert chunk.tracks.lines.tolist() == [2, 4]


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("x" * MAX_TITLE_CHARS, id="longest"),
        pytest.param("日" * MAX_TITLE_CHARS, id="longest-in-bytes"),
        pytest.param('Say "Hello", Dolly', id="quotes-and-comma"),
        pytest.param("two\nlines", id="newline"),
        pytest.param("two\r\nlines", id="crlf"),
        pytest.param("two\rlines", id="bare-return"),
        pytest.param("\ufeffmark", id="byte-order-mark"),
        pytest.param("0x10", id="looks-hexadecimal"),
        pytest.param("null", id="null"),
        pytest.param("nan", id="nan"),
        pytest.param(" spaces ", id="spaces-are-kept"),
        pytest.param("\U0001f3b5 Ångström", id="emoji"),
    ],
)
def test_keeps_title_as_it_is(title: str) -> None:
    columns = ("title", *(name for name in REQUIRED_COLUMNS if name != "title"))

    chunk = read(tracks_csv(row(title=title), columns=columns))

    assert chunk.rejects == []
    assert chunk.tracks.titles.to_pylist() == [title]


def test_accepts_a_track_without_words() -> None:
    chunk = read(tracks_csv(row(tags="")))

    assert chunk.rejects == []
    assert chunk.tracks.tags.to_pylist() == [""]


@pytest.mark.parametrize(
    "column", [pytest.param("title", id="title"), pytest.param("tags", id="tags")]
)
def test_rejects_damaged_text_in_a_file_of_utf_8(column: str) -> None:
    bad = line_of(trackID="2", **{column: "caf?"}).replace(b"caf?", b"caf\xe9")
    good = line_of(trackID="1", title="Été")

    chunk = read(raw_tracks_csv(good, bad, line_of(trackID="3")))

    message = f"{column} is not UTF-8 at byte 4 of the cell."
    assert chunk.rejects == [Reject(3, "2", column, RejectCode.BAD_TEXT, message)]
    assert chunk.tracks.track_ids.tolist() == [1, 3]


def test_rejects_number_that_is_not_utf_8() -> None:
    bad = line_of(trackID="2", key="?").replace(b"?", b"\xff")

    chunk = read(raw_tracks_csv(line_of(trackID="1", title="Été"), bad))

    assert places(chunk) == [(3, "2", "key", "NOT_A_NUMBER")]


def test_shortens_a_long_cell_in_the_message() -> None:
    chunk = read(tracks_csv(row(tempo="x" * 1000 + "\x1b")))

    assert chunk.rejects[0].message.startswith('tempo is "' + "x" * 40 + '..."; ')
