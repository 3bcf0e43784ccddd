"""Check tracks given in a request, and turn them into columns.

The rules are those of a file, but a wrong value fails the whole request: its sender can correct the
track and send it again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ml.columns import (
    AUDIO_COLUMNS,
    ID_COLUMN,
    NUMBER_COLUMNS,
    TAGS_COLUMN,
    TITLE_COLUMN,
    TRACK_ID_RULE,
    rule_of,
)
from ml.errors import TrackInputError
from ml.reading.number_cells import breaks_rule, read_track_ids
from ml.reading.text_cells import cell_text_problem, shown
from ml.track import FloatMatrix, IntArray, TrackTable

VECTOR = "vect"
"""The name of the audio features as a whole, in errors."""


@dataclass(frozen=True, slots=True)
class RawTrack:
    """A track as the caller gives it.

    Attributes
    ----------
    title : str or None
        None only if the track is not stored.
    tags : str
        Lyric words separated by commas.
    metadata, audio : sequences of float
        In the order of `METADATA_COLUMNS` and `AUDIO_COLUMNS`.
    """

    track_id: str
    title: str | None
    tags: str
    metadata: Sequence[float]
    audio: Sequence[float]


def read_raw_tracks(tracks: Sequence[RawTrack], *, titles_required: bool) -> TrackTable:
    """Return the tracks as columns, in the same order.

    Raises
    ------
    TrackInputError
        Names the first wrong value: its track, its column and what is allowed.
    """
    for index, track in enumerate(tracks):
        _check_text(index, track, titles_required=titles_required)
    return TrackTable(
        lines=np.zeros(len(tracks), dtype=np.int64),
        track_ids=_read_ids(tracks),
        titles=pa.array([track.title or "" for track in tracks], pa.string()),
        tags=pa.array([track.tags for track in tracks], pa.string()),
        numbers=_read_numbers(tracks),
    )


def _check_text(index: int, track: RawTrack, *, titles_required: bool) -> None:
    if track.title is None and titles_required:
        raise TrackInputError(index, TITLE_COLUMN, "is required for a track that is stored")
    for column, text in ((TITLE_COLUMN, track.title), (TAGS_COLUMN, track.tags)):
        if text is None:
            continue
        problem = cell_text_problem(text, required=column == TITLE_COLUMN)
        if problem:
            raise TrackInputError(index, column, problem[1])


def _read_ids(tracks: Sequence[RawTrack]) -> IntArray:
    cells = [track.track_id.encode(errors="replace") for track in tracks]
    ids, numbers = read_track_ids(pa.array(cells, pa.binary()))
    bad = numbers.missing | numbers.not_a_number | breaks_rule(numbers.values, TRACK_ID_RULE)
    for index in np.flatnonzero(bad):
        found = f"is {shown(cells[index])}; it must be {TRACK_ID_RULE.expectation}"
        raise TrackInputError(int(index), ID_COLUMN, found)
    _, first = np.unique(ids, return_index=True)
    for index in np.setdiff1d(np.arange(len(ids)), first):
        raise TrackInputError(
            int(index), ID_COLUMN, f"{ids[index]} already appears in an earlier track"
        )
    return ids


def _read_numbers(tracks: Sequence[RawTrack]) -> FloatMatrix:
    for index, track in enumerate(tracks):
        if len(track.audio) != len(AUDIO_COLUMNS):
            found = f"has {len(track.audio)} numbers; it must have {len(AUDIO_COLUMNS)}"
            raise TrackInputError(index, VECTOR, found)
    rows = [[*track.metadata, *track.audio] for track in tracks]
    numbers = np.array(rows, dtype=np.float64).reshape(len(tracks), len(NUMBER_COLUMNS))
    for index, column, value in _wrong_numbers(numbers):
        found = f"is {value:g}; it must be {rule_of(column).expectation}"
        raise TrackInputError(index, column, found)
    return numbers


def _wrong_numbers(numbers: FloatMatrix) -> Iterator[tuple[int, str, float]]:
    """Yield each wrong number with its track and column, track by track."""
    bad = np.isnan(numbers)
    for position, column in enumerate(NUMBER_COLUMNS):
        bad[:, position] |= breaks_rule(numbers[:, position], rule_of(column))
    for index, position in np.argwhere(bad):
        yield int(index), NUMBER_COLUMNS[position], float(numbers[index, position])
