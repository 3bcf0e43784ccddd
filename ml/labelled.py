"""Training data: tracks with a known genre, joined from two files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.errors import TrainingDataError
from ml.track import TrackTable
from ml.tracks_csv import read_all_tracks

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
    """

    tracks: TrackTable
    genres: tuple[str, ...]
    truth: npt.NDArray[np.intp]
    sha256: dict[str, str]

    def __len__(self) -> int:
        return len(self.tracks)


def read_labelled_tracks(features: Path, labels: Path) -> LabelledTracks:
    """Read a file of tracks and a file `trackID,genre`, joined by trackID.

    Raises
    ------
    TrainingDataError
        A track of either file is missing in the other, a row is not valid, or there are fewer
        than two genres.
    """
    with features.open("rb") as file:
        chunk = read_all_tracks(file)
    if chunk.rejects:
        first = chunk.rejects[0]
        raise TrainingDataError(
            f"{features.name} has {len(chunk.rejects)} rows that are not valid; "
            f"the first, line {first.line}: {first.message}"
        )
    genre_of = read_labels(labels)
    names = _join(chunk.tracks.track_ids, genre_of, features.name, labels.name)
    genres, truth = np.unique(names, return_inverse=True)
    if len(genres) < 2:
        raise TrainingDataError(f"{labels.name} names one genre; at least two are needed.")
    digests = {
        role: hashlib.sha256(path.read_bytes()).hexdigest()
        for role, path in {"features": features, "labels": labels}.items()
    }
    return LabelledTracks(chunk.tracks, tuple(genres.tolist()), truth.astype(np.intp), digests)


def read_labels(path: Path) -> "pd.Series[str]":
    """Read `trackID,genre` into a series of genres by trackID."""
    table = pd.read_csv(path, dtype="string", keep_default_na=False)
    missing = {"trackID", "genre"}.difference(table.columns)
    if missing:
        raise TrainingDataError(f"{path.name} lacks the columns {', '.join(sorted(missing))}.")
    table["genre"] = table["genre"].str.strip()
    for column, bad in {
        "trackID": ~table["trackID"].str.fullmatch(r"\d+"),
        "genre": table["genre"] == "",
    }.items():
        if bad.any():
            line = int(np.flatnonzero(bad.to_numpy())[0]) + 2
            raise TrainingDataError(f"{path.name}, line {line}: {column} is empty or not valid.")
    ids = table["trackID"].astype("int64")
    if ids.duplicated().any():
        twice = ids[ids.duplicated()].iloc[0]
        raise TrainingDataError(f"{path.name} names the genre of track {twice} twice.")
    return pd.Series(table["genre"].to_numpy(dtype=object), index=ids.to_numpy())


def _join(
    track_ids: npt.NDArray[np.int64],
    genre_of: "pd.Series[str]",
    features: str,
    labels: str,
) -> npt.NDArray[np.str_]:
    without = np.setdiff1d(track_ids, genre_of.index.to_numpy())
    if len(without):
        shown = ", ".join(map(str, without[:_SHOWN]))
        raise TrainingDataError(
            f"{len(without)} tracks of {features} have no genre in {labels}: {shown}."
        )
    return np.asarray(genre_of.reindex(track_ids).to_numpy(), dtype=np.str_)
