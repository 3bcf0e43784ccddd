"""Why a track was given its genre."""

from collections.abc import Sequence
from typing import Annotated, Self

import strawberry

from ml.model import explanation
from schema.core.connections import MAX_PAGE_SIZE
from schema.core.errors import ErrorCode, coded_error

DEFAULT_CONTRIBUTIONS = 10
First = Annotated[
    int | None,
    strawberry.argument(description="How many, 0 to 1,000; the weightiest come first."),
]


@strawberry.type(description="What a feature added to the score of the predicted genre.")
class Contribution:
    """What a feature added to the score of the predicted genre."""

    feature: str = strawberry.field(description="A column of the file, or `word=...`.")
    value: str = strawberry.field(
        description="The number in the column, six digits of it; 1 for a word."
    )
    contribution: float = strawberry.field(
        description="By how much the log-odds of the genre, against the mean of all genres, "
        "changed: above 0 it speaks for the genre, below 0 against it; in nats."
    )

    @classmethod
    def from_ml(cls, found: explanation.Contribution) -> Self:
        """Show what the model says."""
        return cls(feature=found.feature, value=found.value, contribution=found.contribution)


def to_contributions(found: Sequence[explanation.Contribution], number: int) -> list[Contribution]:
    """Show the weightiest contributions."""
    return [Contribution.from_ml(one) for one in found[:number]]


def read_first(first: int | None) -> int:
    """Return how many are wanted; a number that is not allowed is BAD_USER_INPUT."""
    number = DEFAULT_CONTRIBUTIONS if first is None else first
    if not 0 <= number <= MAX_PAGE_SIZE:
        message = f"first is {first}; a number from 0 to {MAX_PAGE_SIZE:,} is needed."
        raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="first")
    return number
