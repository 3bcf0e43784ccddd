"""How good a model is: what to expect on new artists, by group, and measured by others."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import strawberry

from ml.store import manifest as stored

_METRIC_FIELDS = {"macro_f1": "macroF1", "log_loss": "logLoss"}


@strawberry.type(description="The 95 % confidence interval of a metric.")
class MetricInterval:
    metric: str = strawberry.field(description="`accuracy`, `macroF1`, `logLoss` or `ece`.")
    low: float = strawberry.field(description="Lower bound.")
    high: float = strawberry.field(description="Upper bound.")

    @classmethod
    def of(cls, intervals: Mapping[str, tuple[float, float]]) -> list[Self]:
        """Convert the intervals of a manifest."""
        return [
            cls(metric=_METRIC_FIELDS.get(name, name), low=low, high=high)
            for name, (low, high) in intervals.items()
        ]


@strawberry.type(description="Held-out tracks of similar confidence, and how many were right.")
class CalibrationBin:
    confidence: float = strawberry.field(description="Mean confidence of the tracks, 0 to 1.")
    accuracy: float = strawberry.field(description="Share of them predicted correctly, 0 to 1.")
    share: float = strawberry.field(description="Share of all held-out tracks, 0 to 1.")

    @classmethod
    def of(cls, bins: Iterable[stored.CalibrationBin]) -> list[Self]:
        """Convert the bins of a manifest."""
        return [
            cls(confidence=part.confidence, accuracy=part.accuracy, share=part.share)
            for part in bins
        ]


@strawberry.type(description="Precision and recall of one genre, on held-out tracks.")
class GenreScore:
    genre: str = strawberry.field(description="Name of the genre.")
    precision: float = strawberry.field(description="Share of its predictions that are right.")
    recall: float = strawberry.field(description="Share of its tracks that were found.")
    f1: float = strawberry.field(description="Harmonic mean of precision and recall.")

    @classmethod
    def of(cls, scores: Sequence[stored.GenreMetrics]) -> list[Self]:
        """Convert the scores of a manifest."""
        return [
            cls(genre=score.genre, precision=score.precision, recall=score.recall, f1=score.f1)
            for score in scores
        ]


@strawberry.type(description="The accuracy to expect on artists that the model has not heard.")
class ExpectedAccuracy:
    accuracy: float = strawberry.field(description="Share of tracks classified correctly, 0 to 1.")
    low: float = strawberry.field(description="Lower bound of the 95 % interval.")
    high: float = strawberry.field(description="Upper bound of the 95 % interval.")

    @classmethod
    def of(cls, expected: stored.Expected) -> Self:
        """Convert the block of a manifest."""
        return cls(accuracy=expected.accuracy, low=expected.low, high=expected.high)


@strawberry.type(
    description="Scores on groups of tracks that were held out, with the model's confidence. "
    "Groups found by clustering do not keep all artists apart, so these flatter the model."
)
class GroupFigures:
    groups: int = strawberry.field(description="Number of groups.")
    accuracy: float = strawberry.field(description="Share of tracks classified correctly, 0 to 1.")
    macro_f1: float = strawberry.field(name="macroF1", description="F1 averaged over genres.")
    log_loss: float = strawberry.field(description="Mean negative log probability, in nats.")
    ece: float = strawberry.field(description="Expected calibration error.")
    intervals: list[MetricInterval] = strawberry.field(
        description="95 % confidence intervals, from a bootstrap over groups."
    )

    @classmethod
    def of(cls, manifest: stored.Manifest) -> Self:
        """Convert the figures by group of a manifest."""
        metrics, validation = manifest.metrics, manifest.validation
        return cls(
            groups=validation.groups,
            accuracy=metrics.accuracy,
            macro_f1=metrics.macro_f1,
            log_loss=metrics.log_loss,
            ece=metrics.ece,
            intervals=MetricInterval.of(validation.intervals),
        )


@strawberry.type(
    description="A measurement on other songs, outside the project. If `modelVersion` is another "
    "version, that one differs only by its temperature: accuracy and macro-F1 hold for both, log "
    "loss and ECE only for the version that was measured."
)
class IndependentFigures:
    source: str = strawberry.field(description="Who measured, and on what.")
    date: datetime.date = strawberry.field(description="When it was measured.")
    model_version: str = strawberry.field(description="The version that was measured.")
    tracks: int = strawberry.field(description="Number of tracks.")
    accuracy: float = strawberry.field(description="Share of tracks classified correctly, 0 to 1.")
    low: float = strawberry.field(description="Lower bound of its 95 % interval.")
    high: float = strawberry.field(description="Upper bound of its 95 % interval.")
    macro_f1: float = strawberry.field(name="macroF1", description="F1 averaged over genres.")
    log_loss: float = strawberry.field(description="Mean negative log probability, in nats.")
    ece: float = strawberry.field(description="Expected calibration error.")

    @classmethod
    def of(cls, independent: stored.Independent) -> Self:
        """Convert the block of a manifest."""
        return cls(**independent.model_dump())
