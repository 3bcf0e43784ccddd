"""Tracks as columns, and the rows that could not be read.

A file is read in chunks of a few thousand tracks. Each column is one array, because a Python object
per cell would take longer than the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ml.basis import BOTH, Basis, find_basis
from ml.columns import NUMBER_COLUMNS
from ml.detected import DetectedFile

IntArray = npt.NDArray[np.int64]
FloatMatrix = npt.NDArray[np.float64]


class RejectCode(StrEnum):
    """Why a row was not classified."""

    MISSING_VALUE = "MISSING_VALUE"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    DUPLICATE_TRACK = "DUPLICATE_TRACK"
    BAD_TEXT = "BAD_TEXT"
    WRONG_FIELD_COUNT = "WRONG_FIELD_COUNT"


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not classified: where it is, and its first problem.

    `line` is the physical line of the file on which the row begins; the header is line 1.
    """

    line: int
    track_id: str | None
    column: str | None
    code: RejectCode
    message: str


@dataclass(frozen=True, slots=True)
class TrackTable:
    """Valid tracks, column by column, all of length n_tracks.

    Attributes
    ----------
    lines : int64 array, shape (n_tracks,)
        Line of the file on which each row begins; 0 for tracks given in a request.
    track_ids : int64 array, shape (n_tracks,)
    titles, tags : pyarrow string arrays
        `tags` holds lyric words separated by commas, or nothing.
    numbers : float64 array, shape (n_tracks, 154)
        In the order of `ml.columns.NUMBER_COLUMNS`; all finite, unless `basis` is set.
    classified_us : int64 array, shape (n_tracks,), or None
        When stored tracks were classified before, in microseconds since 1970; None for new ones.
    basis : uint8 array, shape (n_tracks,), or None
        What each track can be classified by (`ml.basis`), if values may be missing. A missing
        number is NaN. None if all tracks are whole.
    """

    lines: IntArray
    track_ids: IntArray
    titles: pa.StringArray
    tags: pa.StringArray
    numbers: FloatMatrix
    classified_us: IntArray | None = None
    basis: Basis | None = None

    def __len__(self) -> int:
        return len(self.track_ids)

    @property
    def partial(self) -> npt.NDArray[np.bool_]:
        """Boolean mask of the tracks that lack words, sound or any number."""
        if self.basis is None:
            return np.zeros(len(self), dtype=np.bool_)
        return np.asarray((self.basis != BOTH) | np.isnan(self.numbers).any(axis=1))

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> "TrackTable":
        """Return the tracks that a boolean mask or an index array selects, in that order."""
        indices = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return TrackTable(
            lines=self.lines[indices],
            track_ids=self.track_ids[indices],
            titles=self.titles.take(pa.array(indices)),
            tags=self.tags.take(pa.array(indices)),
            numbers=self.numbers[indices],
            classified_us=None if self.classified_us is None else self.classified_us[indices],
            basis=None if self.basis is None else self.basis[indices],
        )


def with_basis(tracks: TrackTable) -> TrackTable:
    """Return tracks that may lack values with their basis; None if all are whole."""
    basis = find_basis(tracks.titles, tracks.tags, tracks.numbers)
    found = replace(tracks, basis=basis)
    return found if found.partial.any() else replace(tracks, basis=None)


def concat_tables(tables: Sequence[TrackTable]) -> TrackTable:
    """Return one table of all the tracks of at least one table."""
    return TrackTable(
        lines=np.concatenate([table.lines for table in tables]),
        track_ids=np.concatenate([table.track_ids for table in tables]),
        titles=pa.concat_arrays([table.titles for table in tables]),
        tags=pa.concat_arrays([table.tags for table in tables]),
        numbers=np.concatenate([table.numbers for table in tables]),
        basis=None if all(table.basis is None for table in tables) else _concat_basis(tables),
    )


def _concat_basis(tables: Sequence[TrackTable]) -> Basis:
    return np.concatenate(
        [
            np.full(len(table), BOTH, dtype=np.uint8) if table.basis is None else table.basis
            for table in tables
        ]
    )


def select_numbers(numbers: FloatMatrix, columns: Sequence[str]) -> FloatMatrix:
    """Return some columns of the numbers of tracks: those a model knows.

    A model trained before a column was added to `NUMBER_COLUMNS` still reads its own.
    """
    if tuple(columns) == NUMBER_COLUMNS:
        return numbers
    return numbers[:, [NUMBER_COLUMNS.index(column) for column in columns]]


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A place between two rows of a file: the next byte, from 0, and the next line, from 1."""

    byte: int
    line: int


@dataclass(frozen=True, slots=True)
class TrackChunk:
    """Part of a file: the rows that could be read, those that could not, and where it ends.

    `rows_read` counts data rows, so `rows_read == len(tracks) + len(rejects)`. Reading can resume
    at `end`. `bytes_read` is how much of the file has been read by then, compressed if it is.
    `detected` says how it was read.
    """

    tracks: TrackTable
    rejects: list[Reject]
    rows_read: int
    end: FilePosition
    bytes_read: int = 0
    detected: DetectedFile | None = None


def joined_chunks(chunks: Sequence[TrackChunk]) -> TrackChunk:
    """Return one chunk of all the rows of at least one chunk."""
    last = chunks[-1]
    return TrackChunk(
        tracks=concat_tables([chunk.tracks for chunk in chunks]),
        rejects=[reject for chunk in chunks for reject in chunk.rejects],
        rows_read=sum(chunk.rows_read for chunk in chunks),
        end=last.end,
        bytes_read=last.bytes_read,
        detected=last.detected,
    )
