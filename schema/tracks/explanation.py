"""Why the model chose a track's genre."""

from collections.abc import Sequence
from typing import Annotated, Self

import strawberry

from ml.model import explanation
from schema.core.connections import MAX_PAGE_SIZE
from schema.inputs import read_count

DEFAULT_CONTRIBUTIONS = 10
First = Annotated[
    int | None,
    strawberry.argument(description="How many to return, 0 to 1,000; strongest first."),
]


@strawberry.type(description="How much one feature added to the score of the predicted genre.")
class Contribution:
    feature: str = strawberry.field(description="A column of the file, or `word=...`.")
    value: str = strawberry.field(
        description="The number in the column, to six digits; 1 for a word."
    )
    contribution: float = strawberry.field(
        description="Change in the log-odds of the genre relative to the mean of all genres, in "
        "nats. Above 0 is evidence for the genre, below 0 evidence against it."
    )

    @classmethod
    def from_ml(cls, found: explanation.Contribution) -> Self:
        """Convert a contribution computed by the model."""
        return cls(feature=found.feature, value=found.value, contribution=found.contribution)


def to_contributions(found: Sequence[explanation.Contribution], number: int) -> list[Contribution]:
    """Return the strongest contributions."""
    return [Contribution.from_ml(one) for one in found[:number]]


def read_first(first: int | None) -> int:
    """Return the number asked for; raise BAD_USER_INPUT if it is out of range."""
    return read_count(DEFAULT_CONTRIBUTIONS if first is None else first, largest=MAX_PAGE_SIZE)
