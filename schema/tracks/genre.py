"""A genre and its number of tracks."""

from typing import Self

import strawberry

from db.records import GenreCount


@strawberry.type(description="A genre that has at least one classified track.")
class Genre:
    name: str = strawberry.field(description="The name used in the model's training labels.")
    track_count: int = strawberry.field(description="Number of tracks with this genre.")

    @classmethod
    def from_record(cls, record: GenreCount) -> Self:
        """Convert a stored count."""
        return cls(name=record.genre, track_count=record.track_count)
