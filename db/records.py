"""Parameters and results of the repositories: frozen dataclasses, no table classes."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GenreCount:
    """A genre and its number of tracks."""

    genre: str
    track_count: int


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """A classified track; `probabilities` by genre, highest first.

    Lists are ordered by `exact_confidence`; `confidence` is rounded. `is_uncertain` compares it
    with the threshold of the model that classified the track.
    """

    track_id: int
    title: str
    genre: str
    predicted_genre: str
    corrected_genre: str | None
    corrected_by: str | None
    corrected_at: datetime | None
    confidence: float
    exact_confidence: float
    probabilities: Sequence[tuple[str, float]]
    model_version: str
    is_uncertain: bool
    classified_at: datetime
    batch_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class TitleRecord:
    """A track in a list of titles."""

    track_id: int
    title: str
    genre: str


@dataclass(frozen=True, slots=True)
class TrackFeatures:
    """What the model saw of tracks, as columns of the same length.

    Attributes
    ----------
    tags : pyarrow string array
    numbers : float64 array, shape (n_tracks, n_numbers)
        NaN for a value that is missing.
    columns : tuple of str, length n_numbers
        Names of the numbers.
    outdated : bool array, shape (n_tracks,), or None
        True if a column did not exist when the track was stored, or the row is damaged. Any other
        NaN is a value that the track was allowed to lack. None if no row is outdated.
    """

    tags: pa.StringArray
    numbers: npt.NDArray[np.float64]
    columns: tuple[str, ...]
    outdated: npt.NDArray[np.bool_] | None = None

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Boolean mask of the tracks that have every number."""
        lacking = np.isnan(self.numbers).any(axis=1)
        return np.logical_not(lacking)

    def take(self, rows: npt.NDArray[np.intp]) -> "TrackFeatures":
        """Return the tracks at the given indices, in that order."""
        outdated = None if self.outdated is None else self.outdated[rows]
        return TrackFeatures(
            self.tags.take(pa.array(rows)), self.numbers[rows], self.columns, outdated
        )

    def missing(self, row: int) -> list[str]:
        """Return the columns a track lacks."""
        return [self.columns[index] for index in np.flatnonzero(np.isnan(self.numbers[row]))]


@dataclass(frozen=True, slots=True)
class ClassifiedTracks:
    """Tracks to store, as columns of the same length.

    Attributes
    ----------
    lines, track_ids : int64 arrays, shape (n_tracks,)
        `track_ids` has no duplicates.
    titles : pyarrow string array
    predicted : int array, shape (n_tracks,)
        Index into the genres of the model.
    probabilities : float array, shape (n_tracks, n_genres)
    features : TrackFeatures or None
        None if features are not kept; those of an earlier classification are then deleted, unless
        the track is corrected.
    classified_us : int64 array or None
        When stored tracks were classified before, in microseconds since 1970; None for new ones.
    """

    lines: npt.NDArray[np.int64]
    track_ids: npt.NDArray[np.int64]
    titles: pa.StringArray
    predicted: npt.NDArray[np.intp]
    probabilities: npt.NDArray[np.float64]
    features: TrackFeatures | None = None
    classified_us: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.track_ids)


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A model version, with its genres in the order of its probabilities.

    A track is uncertain if its confidence is below `uncertain_below`.
    """

    version: str
    genres: tuple[str, ...]
    uncertain_below: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """An operator's choice; a rollback returns to the choice `previous_id`.

    `is_shipped` means the model that comes with the release, whatever its version.
    """

    id: int
    version: str
    is_shipped: bool
    chosen_by: str
    chosen_at: datetime
    previous_id: int | None


@dataclass(frozen=True, slots=True)
class Window(Generic[T]):
    """A part of an ordered list: `limit` rows between two keys, both exclusive.

    `backwards` takes the last rows of that range; they are still returned in the list's order.
    """

    limit: int
    after: T | None = None
    before: T | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of an ordered list, and whether rows follow and precede it."""

    items: Sequence[T]
    has_next: bool
    has_previous: bool
