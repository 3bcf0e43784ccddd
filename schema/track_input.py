"""A track that is given in the request, and where its fields stand among the columns of a file."""

import strawberry

from ml.columns import AUDIO_COLUMNS, ID_COLUMN
from ml.reading.track_input import RawTrack

_FIELD_OF_COLUMN = {
    ID_COLUMN: "trackId",
    "time_signature": "timeSignature",
    **{column: f"vect[{index}]" for index, column in enumerate(AUDIO_COLUMNS)},
}


@strawberry.input(description="A track to classify; the rules are those of the columns of a file.")
class TrackInput:
    """A track to classify."""

    track_id: strawberry.ID = strawberry.field(
        description="A whole number, 0 to 2^63-1; each at most once in a request."
    )
    title: str | None = strawberry.field(
        default=None, description="1 to 500 characters; needed for a track that is stored."
    )
    # A list, since programs have words apart and need not know how a CSV cell joins them. GraphQL
    # reads a single string as a list of one, and commas inside a word separate it as they do in a
    # file, so the text of a cell can be given as it stands.
    tags: list[str] = strawberry.field(
        default_factory=list,
        description='Lyric words: `["love", "night"]`, or as in a file: `"love,night"`.',
    )
    loudness: float = strawberry.field(description="In dB.")
    tempo: float = strawberry.field(description="In beats per minute, 0 or more.")
    time_signature: int = strawberry.field(description="Beats per bar, 0 to 7.")
    key: int = strawberry.field(description="Pitch class, 0 (C) to 11 (B).")
    mode: int = strawberry.field(description="0 for minor, 1 for major.")
    duration: float = strawberry.field(description="In seconds, 0 or more.")
    vect: list[float] = strawberry.field(
        description="The 148 audio features, `vect_1` to `vect_148` of a file."
    )

    def to_raw(self) -> RawTrack:
        """Return the track as `ml` takes it."""
        # In the order of ml.columns.METADATA_COLUMNS; a test compares.
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
