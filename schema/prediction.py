"""What the model says about tracks that were given in the request."""

from collections.abc import Sequence

import numpy as np
import strawberry

from ml.ensemble import GenrePredictions
from schema.track import GenreProbability
from schema.track_input import TrackInput

_DECIMALS = 7
"""As many as a stored track has."""


@strawberry.type(description="What the model says about a track that was given in the request.")
class Prediction:
    """What the model says about a track."""

    track_id: strawberry.ID = strawberry.field(description="As given.")
    title: str | None = strawberry.field(description="As given.")
    genre: str = strawberry.field(description="The most probable genre.")
    confidence: float = strawberry.field(description="Its probability, 0 to 1.")
    probabilities: list[GenreProbability] = strawberry.field(
        description="Of every genre, highest first; they sum to 1."
    )


def make_predictions(
    tracks: Sequence[TrackInput], predictions: GenrePredictions
) -> list[Prediction]:
    """Show the predictions of `tracks`, in their order."""
    rows = predictions.probabilities.astype(np.float32).tolist()
    return [
        _make_prediction(track, predictions.genres, row)
        for track, row in zip(tracks, rows, strict=True)
    ]


def _make_prediction(track: TrackInput, genres: Sequence[str], row: Sequence[float]) -> Prediction:
    ranked = sorted(zip(genres, row, strict=True), key=lambda pair: (-pair[1], pair[0]))
    shares = [GenreProbability(genre=genre, probability=round(p, _DECIMALS)) for genre, p in ranked]
    return Prediction(
        track_id=track.track_id,
        title=track.title,
        genre=shares[0].genre,
        confidence=shares[0].probability,
        probabilities=shares,
    )
