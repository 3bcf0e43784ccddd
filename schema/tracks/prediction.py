"""The model's predictions for tracks sent in the request."""

from collections.abc import Sequence

import numpy as np
import strawberry

from schema.core.context import Info, RequestPredictions
from schema.tracks.explanation import (
    DEFAULT_CONTRIBUTIONS,
    Contribution,
    First,
    read_first,
    to_contributions,
)
from schema.tracks.track import GenreProbability
from schema.tracks.track_input import TrackInput

_DECIMALS = 7
"""The precision of a stored track's probabilities."""


@strawberry.type(description="The model's prediction for a track sent in the request.")
class Prediction:
    track_id: strawberry.ID = strawberry.field(description="As given.")
    title: str | None = strawberry.field(description="As given.")
    genre: str = strawberry.field(description="The most probable genre.")
    confidence: float = strawberry.field(description="Its probability, 0 to 1.")
    probabilities: list[GenreProbability] = strawberry.field(
        description="The probability of every genre, highest first; they sum to 1."
    )
    uncertain: bool = strawberry.field(
        description="Whether the confidence is below `model { uncertainBelow }`; a person should "
        "check such tracks."
    )
    row: strawberry.Private[int]
    source: strawberry.Private[RequestPredictions]

    @strawberry.field(
        description="Why the model chose this genre, strongest feature first. Allowed for at most "
        "100 tracks per request."
    )
    async def explanation(
        self, info: Info, first: First = DEFAULT_CONTRIBUTIONS
    ) -> list[Contribution]:
        number = read_first(first)
        info.context.explanations.take()
        return to_contributions(await self.source.explain(self.row), number)


def make_predictions(tracks: Sequence[TrackInput], source: RequestPredictions) -> list[Prediction]:
    """Return the predictions in the order of `tracks`."""
    shares = source.predictions.probabilities.astype(np.float32).tolist()
    return [_make_prediction(track, source, row, shares[row]) for row, track in enumerate(tracks)]


def _make_prediction(
    track: TrackInput, source: RequestPredictions, row: int, probabilities: Sequence[float]
) -> Prediction:
    pairs = zip(source.predictions.genres, probabilities, strict=True)
    ranked = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    shares = [GenreProbability(genre=genre, probability=round(p, _DECIMALS)) for genre, p in ranked]
    return Prediction(
        track_id=track.track_id,
        title=track.title,
        genre=shares[0].genre,
        confidence=shares[0].probability,
        probabilities=shares,
        uncertain=shares[0].probability < round(source.uncertain_below, _DECIMALS),
        row=row,
        source=source,
    )
