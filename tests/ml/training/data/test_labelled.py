"""Training data: tracks and genres joined, and every way in which the two files can be wrong."""

import hashlib
from pathlib import Path

import pytest
from support.factories import row, tracks_csv
from support.repository import REAL_TRACKS

from ml.errors import CsvError, TrainingDataError
from ml.training.data.labelled import read_labelled_tracks, read_labels


def written(folder: Path, features: bytes, labels: bytes | str) -> tuple[Path, Path]:
    paths = folder / "features.csv", folder / "labels.csv"
    for path, content in zip(paths, (features, labels), strict=True):
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return paths


def features_of(*track_ids: int) -> bytes:
    return tracks_csv(*(row(trackID=str(track_id)) for track_id in track_ids))


def test_joins_tracks_and_genres_by_track_id(tmp_path: Path) -> None:
    features = features_of(3, 1, 2**53 + 1)
    labels = f"genre,trackID\n metal ,1\nfolk,{2**53 + 1}\npop,9\nfolk,3\n"

    labelled = read_labelled_tracks(*written(tmp_path, features, labels))

    assert len(labelled) == 3
    assert labelled.tracks.track_ids.tolist() == [3, 1, 2**53 + 1]
    assert labelled.genres == ("folk", "metal")
    assert labelled.truth.tolist() == [0, 1, 0]
    assert labelled.sha256 == {
        "features": hashlib.sha256(features).hexdigest(),
        "labels": hashlib.sha256(labels.encode()).hexdigest(),
    }


@pytest.mark.parametrize(
    ("features", "message"),
    [
        pytest.param(
            tracks_csv(row(trackID="1"), row(trackID="2", key="12"), row(trackID="3", title="")),
            "features.csv has 2 invalid rows; the first is line 3: key is 12; it must be a whole",
            id="bad-rows",
        ),
        pytest.param(
            features_of(1, 5, 2, 6),
            "2 tracks of features.csv have no genre in labels.csv: 5, 6.",
            id="no-genre",
        ),
        pytest.param(
            features_of(1),
            "labels.csv has only one genre; training needs at least two",
            id="one-genre",
        ),
    ],
)
def test_refuses_features(tmp_path: Path, features: bytes, message: str) -> None:
    paths = written(tmp_path, features, "trackID,genre\n1,folk\n2,metal\n3,folk\n")

    with pytest.raises(TrainingDataError) as caught:
        read_labelled_tracks(*paths)

    assert str(caught.value).startswith(message)


def test_refuses_a_track_repeated_far_apart(tmp_path: Path) -> None:
    # More than one chunk lies between the two, each of which the reader checks by itself.
    filler = [row(trackID=str(n), tags="x" * 100_000) for n in range(2, 100)]
    features = tracks_csv(row(trackID="1"), *filler, row(trackID="1"))
    labels = "trackID,genre\n" + "".join(f"{n},genre {n % 2}\n" for n in range(1, 100))

    with pytest.raises(TrainingDataError, match=r"^features\.csv has trackID 1 more than once\.$"):
        read_labelled_tracks(*written(tmp_path, features, labels))


def test_leaves_a_file_of_features_that_cannot_be_read_to_its_reader(tmp_path: Path) -> None:
    paths = written(tmp_path, b"title\nBlue\n", "trackID,genre\n1,folk\n")

    with pytest.raises(CsvError):
        read_labelled_tracks(*paths)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        pytest.param("", "labels.csv cannot be read as CSV: ", id="empty-file"),
        pytest.param(
            b"trackID,genre\n1,caf\xe9\n", "labels.csv cannot be read as CSV: ", id="not-utf-8"
        ),
        pytest.param(
            "trackID,genre\n1,pop\n2,a,b\n", "labels.csv cannot be read as CSV: ", id="long-row"
        ),
        pytest.param("id\n1\n", "Missing columns in labels.csv: genre, trackID.", id="no-columns"),
        pytest.param("trackID\n1\n", "Missing columns in labels.csv: genre.", id="no-genre-column"),
        pytest.param(
            "trackID,genre\n1,folk\n2, \n",
            "labels.csv, line 3: genre is empty or invalid.",
            id="blank-genre",
        ),
        pytest.param(
            "trackID,genre\n1,folk\n2\n",
            "labels.csv, line 3: genre is empty or invalid.",
            id="short-row",
        ),
        pytest.param(
            "trackID,genre\n,folk\n",
            "labels.csv, line 2: trackID is empty or invalid.",
            id="no-id",
        ),
        pytest.param(
            "trackID,genre\nT1,folk\n",
            "labels.csv, line 2: trackID is empty or invalid.",
            id="id-is-text",
        ),
        pytest.param(
            "trackID,genre\n-1,folk\n",
            "labels.csv, line 2: trackID is empty or invalid.",
            id="negative-id",
        ),
        pytest.param(
            "trackID,genre\n9223372036854775808,folk\n",
            "labels.csv, line 2: trackID is empty or invalid.",
            id="id-too-large",
        ),
        pytest.param(
            "trackID,genre\n\u0663,folk\n",
            "labels.csv, line 2: trackID is empty or invalid.",
            id="digit-of-another-script",
        ),
        pytest.param(
            "trackID,genre\n1,folk\n2,pop\n01,folk\n",
            "labels.csv has trackID 1 more than once.",
            id="twice",
        ),
    ],
)
def test_refuses_labels(tmp_path: Path, labels: bytes | str, message: str) -> None:
    _, path = written(tmp_path, b"", labels)

    with pytest.raises(TrainingDataError) as caught:
        read_labels(path)

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("labels", "genres"),
    [
        pytest.param("trackID,genre\n1,NA\n2,null\n", {1: "NA", 2: "null"}, id="words-for-nothing"),
        pytest.param("trackID,genre\r\n1,folk\r\n", {1: "folk"}, id="crlf"),
        pytest.param("\ufefftrackID,genre\n1,folk\n", {1: "folk"}, id="byte-order-mark"),
        pytest.param("genre,mood,trackID\nfolk,sad,1\n", {1: "folk"}, id="any-order-and-more"),
        pytest.param('trackID,genre\n1,"r&b, soul"\n', {1: "r&b, soul"}, id="quoted"),
        pytest.param(f"trackID,genre\n{2**63 - 1},folk\n", {2**63 - 1: "folk"}, id="largest-id"),
        pytest.param("trackID,genre\n", {}, id="no-rows"),
    ],
)
def test_reads_labels(tmp_path: Path, labels: str, genres: dict[int, str]) -> None:
    _, path = written(tmp_path, b"", labels)

    found = read_labels(path)

    assert found["genre"].to_dict() == genres


@pytest.mark.skipif(
    not REAL_TRACKS.exists(), reason="the real tracks are not part of the repository"
)
def test_reads_the_real_training_data() -> None:
    labelled = read_labelled_tracks(
        REAL_TRACKS / "labelled_features.csv", REAL_TRACKS / "labelled_genres.csv"
    )

    assert len(labelled) == 450
    assert len(labelled.genres) == 8
    assert (labelled.tracks.track_ids[0], labelled.genres[labelled.truth[0]]) == (
        6880,
        "soul and reggae",
    )


def test_reads_groups_and_leaves_tracks_without_one_alone(tmp_path: Path) -> None:
    labels = "trackID,group,genre\n1, Abba ,pop\n2,Abba,pop\n3,,folk\n4,,folk\n5,0,folk\n"

    groups = read_labelled_tracks(*written(tmp_path, features_of(1, 2, 3, 4, 5), labels)).groups

    assert groups is not None
    assert groups[0] == groups[1]
    assert len(set(groups.tolist())) == 4
