"""Training data: tracks with a known genre, joined from two files."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.columns import MAX_TRACK_ID
from ml.errors import TrainingDataError
from ml.reading.track_file import TrackFile
from ml.track import TrackTable

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LabelledTracks:
    """Tracks and their genres.

    Attributes
    ----------
    genres : tuple of str
        Every genre that occurs, in alphabetical order.
    truth : int array, shape (n_tracks,)
        Index into `genres`.
    sha256 : dict of str to str
        Of each file that was read, by its role.
    groups : int array, shape (n_tracks,), or None
        Tracks with the same number share an artist or album, as the labels say.
    """

    tracks: TrackTable
    genres: tuple[str, ...]
    truth: npt.NDArray[np.intp]
    sha256: dict[str, str]
    groups: npt.NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self.tracks)

    def take(self, rows: npt.NDArray[np.intp]) -> "LabelledTracks":
        """Return the tracks at `rows`; the genres stay the same."""
        groups = None if self.groups is None else self.groups[rows]
        return replace(self, tracks=self.tracks.take(rows), truth=self.truth[rows], groups=groups)


def read_labelled_tracks(features: Path, labels: Path) -> LabelledTracks:
    """Read a file of tracks and a file of labels, and join them by trackID.

    Raises
    ------
    TrainingDataError
        A track has no genre, a row is invalid, a track is repeated, or there are fewer than two
        genres. Genres of other tracks are ignored.
    """
    with features.open("rb") as file:
        chunk = TrackFile(file).read_all()
    if chunk.rejects:
        first = chunk.rejects[0]
        raise TrainingDataError(
            f"{features.name} has {len(chunk.rejects)} invalid rows; "
            f"the first is line {first.line}: {first.message}"
        )
    _refuse_twice(chunk.tracks.track_ids, features.name)
    table = read_labels(labels)
    _refuse_missing(chunk.tracks.track_ids, table, features.name, labels.name)
    table = table.reindex(chunk.tracks.track_ids)
    names = np.asarray(table["genre"].to_numpy(), dtype=np.str_)
    genres, truth = np.unique(names, return_inverse=True)
    if len(genres) < 2:
        raise TrainingDataError(f"{labels.name} has only one genre; training needs at least two.")
    digests = {
        role: hashlib.sha256(path.read_bytes()).hexdigest()
        for role, path in {"features": features, "labels": labels}.items()
    }
    return LabelledTracks(
        chunk.tracks, tuple(genres.tolist()), truth.astype(np.intp), digests, _groups(table)
    )


def read_labels(path: Path) -> pd.DataFrame:
    """Read `trackID,genre` and perhaps `group` into a table by trackID."""
    try:
        table = pd.read_csv(path, dtype="string", keep_default_na=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"{path.name} cannot be read as CSV: {error}") from error
    missing = {"trackID", "genre"}.difference(table.columns)
    if missing:
        raise TrainingDataError(f"Missing columns in {path.name}: {', '.join(sorted(missing))}.")
    table = table.fillna("")  # cells missing from a short row
    for column in table.columns.intersection(["genre", "group"]):
        table[column] = table[column].str.strip()
    for column, bad in {
        "trackID": ~table["trackID"].map(_is_track_id).astype(bool),
        "genre": table["genre"] == "",
    }.items():
        if bad.any():
            line = int(np.flatnonzero(bad.to_numpy())[0]) + 2
            raise TrainingDataError(f"{path.name}, line {line}: {column} is empty or invalid.")
    ids = np.array(table["trackID"].astype("int64"), dtype=np.int64)
    _refuse_twice(ids, path.name)
    return table.set_index(pd.Index(ids))


def _is_track_id(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) < 20 and int(cell) <= MAX_TRACK_ID


def _refuse_twice(track_ids: npt.NDArray[np.int64], file_name: str) -> None:
    # The reader finds a repeated track only within a chunk. Here it could end up in two folds.
    ids, counts = np.unique(track_ids, return_counts=True)
    if len(ids) < len(track_ids):
        raise TrainingDataError(f"{file_name} has trackID {ids[counts > 1][0]} more than once.")


def _refuse_missing(
    track_ids: npt.NDArray[np.int64], table: pd.DataFrame, features: str, labels: str
) -> None:
    without = np.setdiff1d(track_ids, table.index.to_numpy())
    if len(without):
        shown = ", ".join(map(str, without[:_SHOWN]))
        raise TrainingDataError(
            f"{len(without)} tracks of {features} have no genre in {labels}: {shown}."
        )


def _groups(table: pd.DataFrame) -> npt.NDArray[np.intp] | None:
    """Return numbers of the groups; a track without a group is alone in one."""
    if "group" not in table.columns:
        return None
    named = [f"={group}" if group else str(row) for row, group in enumerate(table["group"])]
    return np.unique(named, return_inverse=True)[1].astype(np.intp)
