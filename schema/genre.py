"""A genre and how many tracks it has."""

from typing import Self

import strawberry

from db.records import GenreCount


@strawberry.type(description="A genre that has at least one classified track.")
class Genre:
    """A genre that has at least one classified track."""

    name: str = strawberry.field(description="As in the labels that the model was trained on.")
    track_count: int = strawberry.field(description="How many tracks have it.")

    @classmethod
    def from_record(cls, record: GenreCount) -> Self:
        """Show a stored count."""
        return cls(name=record.genre, track_count=record.track_count)
