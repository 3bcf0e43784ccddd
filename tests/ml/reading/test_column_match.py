"""Names of columns: any case, any separators, a few synonyms, and a caller's mapping."""

import io

import pytest
from support.factories import row, tracks_csv
from support.tracks_reading import read

from ml.columns import REQUIRED_COLUMNS
from ml.errors import ColumnMappingError, CsvError
from ml.reading.column_match import match_columns
from ml.reading.read_options import ReadOptions
from ml.reading.synonyms import SYNONYMS
from ml.reading.tracks_csv import read_tracks


def renamed(**names: str) -> list[str]:
    return [names.get(column, column) for column in REQUIRED_COLUMNS]


def csv_with(header: list[str]) -> bytes:
    _, rows = tracks_csv(row()).split(b"\n", 1)
    return ",".join(header).encode() + b"\n" + rows


@pytest.mark.parametrize(
    ("column", "header"),
    [
        ("trackID", "track_id"),
        ("trackID", "Track ID"),
        ("trackID", "trackid"),
        ("trackID", "id"),
        ("title", "Name"),
        ("title", "song"),
        ("tags", "Lyrics"),
        ("tags", "words"),
        ("tempo", "BPM"),
        ("time_signature", "TIME SIGNATURE"),
        ("time_signature", "time-signature"),
        ("duration", "Duration (s)"),
        ("vect_1", "Vect 1"),
        ("vect_148", "vect148"),
    ],
)
def test_finds_a_column_by_another_name(column: str, header: str) -> None:
    chunk = read(csv_with(renamed(**{column: header})))

    assert chunk.tracks.track_ids.tolist() == [6880]
    assert chunk.tracks.titles.to_pylist() == ["Blue Train"]
    assert chunk.tracks.numbers.tolist() == read(tracks_csv(row())).tracks.numbers.tolist()


def test_does_not_guess_units() -> None:
    with pytest.raises(CsvError) as caught:
        read(csv_with(renamed(duration="duration_ms")))

    assert caught.value.missing_columns == ("duration",)


def test_prefers_the_exact_name() -> None:
    chunk = read(tracks_csv(row(Title="other", name="another", id="7", TRACKID="8")))

    assert chunk.tracks.titles.to_pylist() == ["Blue Train"]
    assert chunk.tracks.track_ids.tolist() == [6880]


def test_names_two_headers_that_match_one_column() -> None:
    header = [*renamed(title="Song"), "Name"]

    with pytest.raises(CsvError, match='^"Song" and "Name" could each be the column title\\.'):
        read(csv_with(header))


def test_a_mapping_overrides_names() -> None:
    data = tracks_csv(row(Heading="By mapping", Name="x"))

    (chunk,) = read_tracks(io.BytesIO(data), options=ReadOptions({"title": "Heading"}))

    assert chunk.tracks.titles.to_pylist() == ["By mapping"]


def test_a_mapping_may_swap_columns() -> None:
    mapping = {"vect_1": "vect_2", "vect_2": "vect_1"}

    match = match_columns(REQUIRED_COLUMNS, mapping)

    assert match.columns["vect_1"] == "vect_2"
    assert match.columns["vect_2"] == "vect_1"
    assert not match.missing


def test_a_mapped_header_is_no_other_column() -> None:
    match = match_columns(REQUIRED_COLUMNS, {"tags": "title"})

    assert match.missing == ["title"]
    assert match.ignored == ["tags"]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"artist": "title"}, 'There is no column "artist"; allowed are trackID, title, tags'),
        ({"title": "Heading"}, 'The header "Heading", which title is mapped to, is not in the'),
        ({"title": "same"}, "is more than once in the file"),
        ({"title": "tags", "tags": "tags"}, 'The header "tags" is mapped 2 times'),
    ],
)
def test_refuses_a_mapping_that_does_not_fit(mapping: dict[str, str], message: str) -> None:
    with pytest.raises(ColumnMappingError, match=message) as caught:
        match_columns([*REQUIRED_COLUMNS, "same", "same"], mapping)

    assert caught.value.code == "BAD_USER_INPUT"


def test_synonyms_are_names_of_columns_and_of_one_each() -> None:
    names = [name for synonyms in SYNONYMS.values() for name in synonyms]

    assert set(SYNONYMS) <= set(REQUIRED_COLUMNS)
    assert len(names) == len(set(names))
    for column, synonyms in SYNONYMS.items():
        assert all(match_columns([name], {}).columns == {column: name} for name in synonyms)
