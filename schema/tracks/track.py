"""A classified track."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.records import TitleRecord, TrackRecord
from schema.core.context import Info
from schema.core.learning import Neighbour as NeighbourRecord
from schema.inputs import read_count
from schema.node import Node, write_track_node_id
from schema.tracks.basis import Basis, to_basis
from schema.tracks.explanation import (
    DEFAULT_CONTRIBUTIONS,
    Contribution,
    First,
    read_first,
    to_contributions,
)
from schema.tracks.reasons import Reasons

if TYPE_CHECKING:
    from schema.batches.batch import Batch

LazyBatch = Annotated["Batch", strawberry.lazy("schema.batches.batch")]


MAX_QUESTIONS = 100
MAX_NEIGHBOURS = 50
MAX_WORDS = 200
DEFAULT_WORDS = 30
_DECIMALS = 4
"""Of computed values, so that they are the same on every processor."""


@strawberry.type(description="The probability that the model gives a genre.")
class GenreProbability:
    genre: str = strawberry.field(description="Name of the genre.")
    probability: float = strawberry.field(description="0 to 1; a track's probabilities sum to 1.")


@strawberry.type(description="A classified track.")
class Track(Node):
    """A classified track; `record` is None in a list that only asks for `TITLE_FIELDS`."""

    key: strawberry.Private[int]
    title: str = strawberry.field(description="As in the file.")
    genre: str = strawberry.field(
        description="The correction if a person made one, otherwise the prediction."
    )
    record: strawberry.Private[TrackRecord | None] = None

    @strawberry.field(description="Global id, for `node(id)` and client caches.")
    def id(self) -> strawberry.ID:
        return write_track_node_id(self.key)

    @strawberry.field(description="The trackID in the file.")
    def track_id(self) -> strawberry.ID:
        return strawberry.ID(str(self.key))

    @strawberry.field(description="The genre with the highest probability.")
    def predicted_genre(self) -> str:
        return self._details.predicted_genre

    @strawberry.field(description="Probability of the predicted genre, 0 to 1.")
    def confidence(self) -> float:
        return self._details.confidence

    @strawberry.field(
        description="Whether the confidence is below the threshold of the model that classified "
        "the track; a person should check such tracks."
    )
    def uncertain(self) -> bool:
        return self._details.is_uncertain

    @strawberry.field(description="The probability of every genre, highest first; they sum to 1.")
    def probabilities(self) -> list[GenreProbability]:
        ranked = self._details.probabilities
        return [GenreProbability(genre=genre, probability=share) for genre, share in ranked]

    @strawberry.field(
        description="Why the model that classified the track chose `predictedGenre`, strongest "
        "feature first. NOT_FOUND if that model is no longer available or the track's features "
        "were not stored. Allowed for at most 100 tracks per request."
    )
    async def explanation(
        self, info: Info, first: First = DEFAULT_CONTRIBUTIONS
    ) -> list[Contribution]:
        """Explain the track; the loader explains all tracks of a page at once."""
        number = read_first(first)
        info.context.explanations.take()
        record = self._details
        return to_contributions(await info.context.loaders.explanation.load(record), number)

    @strawberry.field(
        description="What the track was classified by: only WORDS or only SOUND if it was sent "
        "with `allowMissing` and lacks the other. Null if the features were not stored. Allowed "
        "for at most 1,000 tracks per request."
    )
    async def basis(self, info: Info) -> list[Basis] | None:
        info.context.bases.take()
        found = await info.context.loaders.basis.load(self._details)
        return None if found is None else to_basis(found)

    @strawberry.field(
        description="The same as `explanation`, in a sentence and grouped by what the features "
        "measure; with the same errors and limit."
    )
    async def reasons(self, info: Info) -> Reasons:
        info.context.explanations.take()
        found = await info.context.loaders.explanation.load(self._details)
        return Reasons.from_ml(self._details.predicted_genre, found)

    @strawberry.field(description="A person's correction, if there is one.")
    def corrected_genre(self) -> str | None:
        return self._details.corrected_genre

    @strawberry.field(description="The client that made the correction.")
    def corrected_by(self) -> str | None:
        return self._details.corrected_by

    @strawberry.field(description="When the correction was made.")
    def corrected_at(self) -> datetime | None:
        return self._details.corrected_at

    @strawberry.field(description="The model that classified the track.")
    def model_version(self) -> str:
        return self._details.model_version

    @strawberry.field(description="When the track was classified.")
    def classified_at(self) -> datetime:
        return self._details.classified_at

    @strawberry.field(description="The upload that contained the track.")
    async def batch(self, info: Info) -> LazyBatch | None:
        """Load the batch; the loader queries once for all tracks of a page."""
        from schema.batches.batch import Batch

        batch_id = self._details.batch_id
        record = None if batch_id is None else await info.context.loaders.batch.load(batch_id)
        return None if record is None else Batch.from_record(record)

    @strawberry.field(
        description="Lyric words from the file, rarest first, spelled as people write them; "
        "empty if they were not stored."
    )
    async def words(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many, 0 to 200.")] = (
            DEFAULT_WORDS
        ),
    ) -> list[str]:
        number = read_count(first, largest=MAX_WORDS)
        return list(await info.context.loaders.words.load(self.key))[:number]

    @strawberry.field(
        description="The track's genres according to all answers so far, most probable first, even "
        "if no model was learnt from them yet; without stored features, `probabilities`. Allowed "
        "for at most 100 tracks per request."
    )
    async def suggestions(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many, 0 to 100.")] = 3,
    ) -> list[GenreProbability]:
        number = read_count(first, largest=MAX_QUESTIONS)
        info.context.suggestions.take()
        shares = await info.context.loaders.suggestion.load(self._details)
        return [
            GenreProbability(genre=genre, probability=round(p, _DECIMALS))
            for genre, p in shares[:number]
        ]

    @strawberry.field(
        description="The tracks most similar by sound and words, nearest first: among all answered "
        "tracks, and 2,000 random unanswered ones in large catalogues. Empty if the features "
        "of the track were not stored. Allowed for at most 100 tracks per request."
    )
    async def neighbours(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many, 0 to 50.")] = 5,
        answered: Annotated[
            bool | None,
            strawberry.argument(
                description="Only tracks with a correction (true) or without one (false)."
            ),
        ] = None,
    ) -> list["Neighbour"]:
        number = read_count(first, largest=MAX_NEIGHBOURS)
        info.context.neighbours.take()
        reviewer = info.context.ports.reviewer
        return to_neighbours(
            await reviewer.find_neighbours(self._details, number, answered=answered)
        )

    @property
    def _details(self) -> TrackRecord:
        assert self.record is not None, "a title list was asked for details"
        return self.record


@strawberry.type(description="A track that resembles another by sound and words.")
class Neighbour:
    track: Track = strawberry.field(description="The similar track.")
    similarity: float = strawberry.field(description="0 to 1; 1 is the same sound and words.")


TITLE_FIELDS = frozenset({"id", "trackId", "title", "genre", "__typename"})
"""Fields that a list of titles can return without reading the tracks themselves."""


def track_from_record(record: TrackRecord) -> Track:
    """Convert a stored track."""
    return Track(key=record.track_id, title=record.title, genre=record.genre, record=record)


def track_from_title(record: TitleRecord) -> Track:
    """Convert a row of a title list."""
    return Track(key=record.track_id, title=record.title, genre=record.genre)


def to_neighbours(records: Sequence[NeighbourRecord]) -> list[Neighbour]:
    """Convert similar tracks."""
    return [
        Neighbour(track=track_from_record(r.track), similarity=round(r.similarity, _DECIMALS))
        for r in records
    ]
