"""A classified track."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.records import TitleRecord, TrackRecord
from schema.core.context import Info
from schema.explanation import (
    DEFAULT_CONTRIBUTIONS,
    Contribution,
    First,
    read_first,
    to_contributions,
)
from schema.node import Node, write_track_node_id

if TYPE_CHECKING:
    from schema.batch import Batch


@strawberry.type(description="How probable the model finds a genre.")
class GenreProbability:
    """How probable the model finds a genre."""

    genre: str = strawberry.field(description="Name of the genre.")
    probability: float = strawberry.field(description="0 to 1; those of a track sum to 1.")


@strawberry.type(description="A classified track.")
class Track(Node):
    """A classified track; without `record` in a list that is asked for `TITLE_FIELDS` alone."""

    key: strawberry.Private[int]
    title: str = strawberry.field(description="As in the file.")
    genre: str = strawberry.field(
        description="The correction by a person if there is one, else the prediction."
    )
    record: strawberry.Private[TrackRecord | None] = None

    @strawberry.field(description="Global id, for `node(id)` and caches; `trackId` is the file's.")
    def id(self) -> strawberry.ID:
        """Return the global id."""
        return write_track_node_id(self.key)

    @strawberry.field(description="trackID of the file.")
    def track_id(self) -> strawberry.ID:
        """Return the id as text."""
        return strawberry.ID(str(self.key))

    @strawberry.field(description="The genre that the model finds most probable.")
    def predicted_genre(self) -> str:
        """Return the model's genre."""
        return self._details.predicted_genre

    @strawberry.field(description="Probability of the predicted genre, 0 to 1.")
    def confidence(self) -> float:
        """Return the highest probability."""
        return self._details.confidence

    @strawberry.field(
        description="Whether the confidence is below what the model card of the track's model "
        "justifies; such tracks are worth a person's look."
    )
    def uncertain(self) -> bool:
        """Compare the confidence with the threshold of the model that classified the track."""
        return self._details.is_uncertain

    @strawberry.field(description="Of every genre, highest first; they sum to 1.")
    def probabilities(self) -> list[GenreProbability]:
        """Return all probabilities."""
        ranked = self._details.probabilities
        return [GenreProbability(genre=genre, probability=share) for genre, share in ranked]

    @strawberry.field(
        description="Why the model that classified the track chose `predictedGenre`, the "
        "weightiest feature first. NOT_FOUND if that model is not here any more or the features "
        "were not kept. At most 100 tracks in a request."
    )
    async def explanation(
        self, info: Info, first: First = DEFAULT_CONTRIBUTIONS
    ) -> list[Contribution]:
        """Have it computed, for all tracks of a page at once."""
        number = read_first(first)
        info.context.explanations.take()
        record = self._details
        return to_contributions(await info.context.loaders.explanation.load(record), number)

    @strawberry.field(description="A person's verdict, if there is one.")
    def corrected_genre(self) -> str | None:
        """Return the correction."""
        return self._details.corrected_genre

    @strawberry.field(description="The client that gave the verdict.")
    def corrected_by(self) -> str | None:
        """Return who corrected the genre."""
        return self._details.corrected_by

    @strawberry.field(description="When the verdict was given.")
    def corrected_at(self) -> datetime | None:
        """Return when the genre was corrected."""
        return self._details.corrected_at

    @strawberry.field(description="The model that classified the track.")
    def model_version(self) -> str:
        """Return the model's version."""
        return self._details.model_version

    @strawberry.field(description="When the track was classified.")
    def classified_at(self) -> datetime:
        """Return the time of the classification."""
        return self._details.classified_at

    @strawberry.field(description="The upload that the track came with.")
    async def batch(self, info: Info) -> Annotated["Batch", strawberry.lazy("schema.batch")] | None:
        """Return the batch, looked up once for all tracks of a page."""
        from schema.batch import Batch

        batch_id = self._details.batch_id
        record = None if batch_id is None else await info.context.loaders.batch.load(batch_id)
        return None if record is None else Batch.from_record(record)

    @property
    def _details(self) -> TrackRecord:
        assert self.record is not None, "a title list was asked for details"
        return self.record


TITLE_FIELDS = frozenset({"id", "trackId", "title", "genre", "__typename"})
"""Fields of a track that a list of titles has without reading the track itself."""


def track_from_record(record: TrackRecord) -> Track:
    """Show a stored track."""
    return Track(key=record.track_id, title=record.title, genre=record.genre, record=record)


def track_from_title(record: TitleRecord) -> Track:
    """Show a row of a title list."""
    return Track(key=record.track_id, title=record.title, genre=record.genre)
