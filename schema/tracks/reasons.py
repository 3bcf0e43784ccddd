"""Why the model chose a track's genre, in words and by what its features measure."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Self

import strawberry

from ml.learning.spelling import spell_words
from ml.model import explanation, reasons
from schema.core.connections import MAX_PAGE_SIZE
from schema.inputs import read_count
from schema.tracks.explanation import Contribution, to_contributions

MAX_WORDS = 10
DEFAULT_FEATURES = 5


@strawberry.enum(description="What a group of features measures.")
class Measure(Enum):
    WORDS = strawberry.enum_value("WORDS", description="Words of the lyrics and the title.")
    LOUDNESS = strawberry.enum_value("LOUDNESS", description="How loud the recording is.")
    TEMPO = strawberry.enum_value("TEMPO", description="Beats per minute and per bar.")
    KEY = strawberry.enum_value("KEY", description="Pitch class, and major or minor.")
    LENGTH = strawberry.enum_value("LENGTH", description="The duration of the track.")
    TIMBRE = strawberry.enum_value("TIMBRE", description="The colour of the sound.")
    SPECTRUM = strawberry.enum_value(
        "SPECTRUM", description="How energy spreads over frequencies, as in MFCC."
    )
    SOUND = strawberry.enum_value("SOUND", description="Chroma and spectral energies.")
    ANSWERS = strawberry.enum_value(
        "ANSWERS", description="Similar tracks that people answered; only in learned models."
    )
    OTHER = strawberry.enum_value("OTHER", description="Features that have no group.")


@strawberry.type(description="What the features that measure the same thing say of the genre.")
class Reason:
    reason: strawberry.Private[reasons.Reason]

    @strawberry.field(description="What they measure, for programs.")
    def measure(self) -> Measure:
        return Measure[self.reason.measure.name]

    @strawberry.field(description="What they measure, for people.")
    def name(self) -> str:
        return self.reason.measure.title

    @strawberry.field(description="The same in more words, with the columns of `vect_*`.")
    def meaning(self) -> str:
        return self.reason.measure.meaning

    @strawberry.field(
        description="The sum of their contributions, in nats: above 0 is evidence for the genre, "
        "below 0 evidence against it."
    )
    def contribution(self) -> float:
        return self.reason.contribution

    @strawberry.field(
        description="For WORDS, at most 10 words on the side of `contribution`, strongest first, "
        "spelled as people write them."
    )
    def words(self) -> list[str]:
        return spell_words(self.reason.words[:MAX_WORDS])

    @strawberry.field(description="The features with the largest contributions.")
    def features(
        self,
        first: Annotated[
            int, strawberry.argument(description="How many to return, 0 to 1,000.")
        ] = DEFAULT_FEATURES,
    ) -> list[Contribution]:
        return to_contributions(self.reason.features, read_count(first, largest=MAX_PAGE_SIZE))


@strawberry.type(description="Why the model chose a genre.")
class Reasons:
    summary: str = strawberry.field(
        description="A sentence or two for people, in English. It compares only loudness and "
        "length with the training tracks; the source of `vect_*` does not say what more or less "
        "of them means."
    )
    groups: list[Reason] = strawberry.field(
        description="The features by what they measure, strongest group first."
    )

    @classmethod
    def from_ml(cls, genre: str, found: Sequence[explanation.Contribution]) -> Self:
        """Group and sum up the contributions to a genre."""
        groups = reasons.group_reasons(found)
        summary = reasons.summarise(genre, groups, spell=spell_words)
        return cls(summary=summary, groups=[Reason(reason=group) for group in groups])
