"""A classified track."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.records import TitleRecord, TrackRecord
from schema.context import Info
from schema.errors import ErrorCode, coded_error
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
    """A classified track; `record` is loaded when a field needs more than the title list has."""

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
    async def predicted_genre(self, info: Info) -> str:
        """Return the model's genre."""
        return (await self._details(info)).predicted_genre

    @strawberry.field(description="Probability of the predicted genre, 0 to 1.")
    async def confidence(self, info: Info) -> float:
        """Return the highest probability."""
        return (await self._details(info)).confidence

    @strawberry.field(
        description="Whether the confidence is below what the model card of the track's model "
        "justifies; such tracks are worth a person's look."
    )
    async def uncertain(self, info: Info) -> bool:
        """Compare the confidence with the threshold of the model that classified the track."""
        return (await self._details(info)).is_uncertain

    @strawberry.field(description="Of every genre, highest first; they sum to 1.")
    async def probabilities(self, info: Info) -> list[GenreProbability]:
        """Return all probabilities."""
        ranked = (await self._details(info)).probabilities
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
        record = await self._details(info)
        return to_contributions(await info.context.loaders.explanation.load(record), number)

    @strawberry.field(description="A person's verdict, if there is one.")
    async def corrected_genre(self, info: Info) -> str | None:
        """Return the correction."""
        return (await self._details(info)).corrected_genre

    @strawberry.field(description="The client that gave the verdict.")
    async def corrected_by(self, info: Info) -> str | None:
        """Return who corrected the genre."""
        return (await self._details(info)).corrected_by

    @strawberry.field(description="When the verdict was given.")
    async def corrected_at(self, info: Info) -> datetime | None:
        """Return when the genre was corrected."""
        return (await self._details(info)).corrected_at

    @strawberry.field(description="The model that classified the track.")
    async def model_version(self, info: Info) -> str:
        """Return the model's version."""
        return (await self._details(info)).model_version

    @strawberry.field(description="When the track was classified.")
    async def classified_at(self, info: Info) -> datetime:
        """Return the time of the classification."""
        return (await self._details(info)).classified_at

    @strawberry.field(description="The upload that the track came with.")
    async def batch(self, info: Info) -> Annotated["Batch", strawberry.lazy("schema.batch")] | None:
        """Return the batch, looked up once for all tracks of a page."""
        from schema.batch import Batch

        batch_id = (await self._details(info)).batch_id
        record = None if batch_id is None else await info.context.loaders.batch.load(batch_id)
        return None if record is None else Batch.from_record(record)

    async def _details(self, info: Info) -> TrackRecord:
        record = self.record or await info.context.loaders.track.load(self.key)
        if record is None:
            raise coded_error(f"Track {self.key} was deleted meanwhile.", ErrorCode.NOT_FOUND)
        return record


TITLE_FIELDS = frozenset({"id", "trackId", "title", "genre", "__typename"})
"""Fields of a track that a list of titles has without reading the track itself."""


def track_from_record(record: TrackRecord) -> Track:
    """Show a stored track."""
    return Track(key=record.track_id, title=record.title, genre=record.genre, record=record)


def track_from_title(record: TitleRecord) -> Track:
    """Show a row of a title list."""
    return Track(key=record.track_id, title=record.title, genre=record.genre)
