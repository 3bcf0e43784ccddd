"""The cells that are added to each row of a batch's own file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from db.batches.annotations import TOP, AnnotationReader, TrackGenres
from ml.reading.originals.original import OriginalRow

ADDED = pa.schema(
    [
        ("genre", pa.string()),
        ("confidence", pa.float64()),
        *(
            field
            for rank in range(1, TOP + 1)
            for field in ((f"genre_{rank}", pa.string()), (f"probability_{rank}", pa.float64()))
        ),
        ("reject_reason", pa.string()),
    ]
)
EMPTY = (None,) * (len(ADDED) - 1)
NOT_STORED = (
    "Not stored: this row was not read, its track was deleted, or the batch has more rejected rows "
    "than are stored with a reason."
)
Added = Sequence[str | float | None]


@dataclass(frozen=True, slots=True)
class Notes:
    """What became of the rows of a block."""

    reasons: Mapping[int, str]
    tracks: Mapping[int, TrackGenres]

    def added_to(self, row: OriginalRow) -> Added:
        """Return the cells that `ADDED` names."""
        if reason := self.reasons.get(row.line):
            return (*EMPTY, reason)
        track = None if row.track_id is None else self.tracks.get(row.track_id)
        if track is None:
            return (*EMPTY, NOT_STORED)
        top = [cell for pair in track.top for cell in pair]
        missing = [None] * (2 * TOP - len(top))
        return (track.genre, track.confidence, *top, *missing, None)


async def find_notes(reader: AnnotationReader, rows: Sequence[OriginalRow]) -> Notes:
    """Look up the rows of a block."""
    return Notes(
        await reader.find_reasons(rows[0].line, rows[-1].line),
        await reader.find_tracks([row.track_id for row in rows if row.track_id is not None]),
    )


def added_names(names: Sequence[str]) -> list[str]:
    """Return the names of the added columns; those that the file has already get a suffix."""
    taken, found = {name.casefold() for name in names}, []
    for name in ADDED.names:
        while name.casefold() in taken:
            name += "_classified"
        found.append(name)
    return found
