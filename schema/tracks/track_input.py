"""A track sent in the request, and how its fields map to the columns of a file."""

import strawberry

from ml.columns import AUDIO_COLUMNS, ID_COLUMN
from ml.reading.track_input import RawTrack

_FIELD_OF_COLUMN = {
    ID_COLUMN: "trackId",
    "time_signature": "timeSignature",
    **{column: f"vect[{index}]" for index, column in enumerate(AUDIO_COLUMNS)},
}


@strawberry.input(
    description="A track to classify; its fields follow the same rules as the columns of a file."
)
class TrackInput:
    track_id: strawberry.ID = strawberry.field(
        description="A whole number from 0 to 2^63-1, unique within the request."
    )
    title: str | None = strawberry.field(
        default=None, description="1 to 500 characters; required if the track is stored."
    )
    # A list, so that programs do not have to know how a CSV cell joins words. GraphQL coerces a
    # single string to a list of one, and commas inside a string separate words as in a file, so
    # the text of a cell works unchanged.
    tags: list[str] = strawberry.field(
        default_factory=list,
        description='Lyric words: `["love", "night"]`, or `"love,night"` as in a file.',
    )
    loudness: float = strawberry.field(description="In dB.")
    tempo: float = strawberry.field(description="In beats per minute, 0 or more.")
    time_signature: int = strawberry.field(description="Beats per bar, 0 to 7.")
    key: int = strawberry.field(description="Pitch class, 0 (C) to 11 (B).")
    mode: int = strawberry.field(description="0 for minor, 1 for major.")
    duration: float = strawberry.field(description="In seconds, 0 or more.")
    vect: list[float] = strawberry.field(
        description="The 148 audio features: columns `vect_1` to `vect_148` of a file."
    )

    def to_raw(self) -> RawTrack:
        """Convert to the form `ml` expects."""
        # In the order of ml.columns.METADATA_COLUMNS; a test compares them.
        metadata = (
            self.loudness,
            self.tempo,
            self.time_signature,
            self.key,
            self.mode,
            self.duration,
        )
        return RawTrack(self.track_id, self.title, ",".join(self.tags), metadata, self.vect)


def field_of_column(column: str) -> str:
    """Return the field of `TrackInput` that holds a column of a file."""
    return _FIELD_OF_COLUMN.get(column, column)
