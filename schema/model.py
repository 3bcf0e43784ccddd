"""The model that answers, and how good it is."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from ml.columns import REQUIRED_COLUMNS
from ml.store.manifest import Manifest
from schema.core.connections import MAX_PAGE_SIZE
from schema.core.errors import ErrorCode, coded_error

DEFAULT_FEATURES = 20
_METRIC_FIELDS = {"macro_f1": "macroF1", "log_loss": "logLoss"}


@strawberry.type(description="How much a feature contributes to the model's decisions.")
class FeatureImportance:
    """How much a feature contributes to the model's decisions."""

    feature: str = strawberry.field(description="A column of the file, or `word=...`.")
    importance: float = strawberry.field(
        description="Share of what decides, over the training tracks, 0 to 1."
    )


@strawberry.type(description="The 95 % confidence interval of a metric.")
class MetricInterval:
    """The 95 % confidence interval of a metric."""

    metric: str = strawberry.field(description="`accuracy`, `macroF1`, `logLoss` or `ece`.")
    low: float = strawberry.field(description="Lower end.")
    high: float = strawberry.field(description="Upper end.")


@strawberry.type(description="Held-out tracks of similar confidence, and how many were right.")
class CalibrationBin:
    """Held-out tracks of similar confidence, and how many were right."""

    confidence: float = strawberry.field(description="Mean confidence of the tracks, 0 to 1.")
    accuracy: float = strawberry.field(description="Share of them that was right, 0 to 1.")
    share: float = strawberry.field(description="Share of all held-out tracks, 0 to 1.")


@strawberry.type(description="Precision and recall of one genre, on held-out tracks.")
class GenreScore:
    """Precision and recall of one genre, on held-out tracks."""

    genre: str = strawberry.field(description="Name of the genre.")
    precision: float = strawberry.field(description="Share of its predictions that was right.")
    recall: float = strawberry.field(description="Share of its tracks that was found.")
    f1: float = strawberry.field(description="Harmonic mean of precision and recall.")


@strawberry.type(description="The model that classifies, and its score on tracks held out.")
class Model:
    """The model that classifies, and its score on tracks held out."""

    manifest: strawberry.Private[Manifest]
    version: str = strawberry.field(description="A hash of the model's content.")
    trained_at: datetime = strawberry.field(description="When it was trained.")
    training_rows: int = strawberry.field(description="How many labelled tracks it learnt from.")
    genres: list[str] = strawberry.field(description="The genres of its training labels, by name.")
    required_columns: list[str] = strawberry.field(
        description="The columns that a file must have, in any order."
    )
    accuracy: float = strawberry.field(description="Share of held-out tracks that it got right.")
    macro_f1: float = strawberry.field(
        name="macroF1", description="F1 averaged over genres, on held-out tracks."
    )
    log_loss: float = strawberry.field(description="Mean negative log probability, in nats.")
    confusion_matrix: list[list[int]] = strawberry.field(
        description="Held-out tracks: a row for each true genre, a column for each predicted one."
    )

    ece: float = strawberry.field(
        description="Expected calibration error: mean distance of confidence and accuracy."
    )
    uncertain_below: float = strawberry.field(
        description="Confidence below which a prediction is marked as `uncertain`."
    )

    @strawberry.field(
        description="95 % intervals of the metrics: a bootstrap over groups of tracks."
    )
    def intervals(self) -> list[MetricInterval]:
        """Show how sure the metrics are."""
        return [
            MetricInterval(metric=_METRIC_FIELDS.get(name, name), low=low, high=high)
            for name, (low, high) in self.manifest.validation.intervals.items()
        ]

    @strawberry.field(description="How far confidences can be believed, least confident first.")
    def calibration(self) -> list[CalibrationBin]:
        """Show the calibration curve."""
        return [
            CalibrationBin(confidence=part.confidence, accuracy=part.accuracy, share=part.share)
            for part in self.manifest.validation.calibration
        ]

    @strawberry.field(description="Precision and recall by genre, in the order of `genres`.")
    def genre_scores(self) -> list[GenreScore]:
        """Show which genres it is good at."""
        return [
            GenreScore(
                genre=score.genre, precision=score.precision, recall=score.recall, f1=score.f1
            )
            for score in self.manifest.validation.genres
        ]

    @strawberry.field(description="The features that matter most, highest first.")
    def top_features(
        self,
        first: Annotated[
            int | None, strawberry.argument(description="How many, 0 to 1,000.")
        ] = DEFAULT_FEATURES,
    ) -> list[FeatureImportance]:
        """Rank the features by gain."""
        first = DEFAULT_FEATURES if first is None else first
        if not 0 <= first <= MAX_PAGE_SIZE:
            message = f"first is {first}; a number from 0 to {MAX_PAGE_SIZE:,} is needed."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="first")
        pairs = zip(self.manifest.feature_names, self.manifest.feature_gains, strict=True)
        ranked = sorted(pairs, key=lambda pair: -pair[1])[:first]
        return [FeatureImportance(feature=name, importance=gain) for name, gain in ranked]

    @classmethod
    def from_manifest(cls, manifest: Manifest) -> Self:
        """Show what a manifest says."""
        return cls(
            manifest=manifest,
            version=manifest.version,
            trained_at=manifest.trained_at,
            training_rows=manifest.training_rows,
            genres=list(manifest.genres),
            required_columns=list(REQUIRED_COLUMNS),
            accuracy=manifest.metrics.accuracy,
            macro_f1=manifest.metrics.macro_f1,
            log_loss=manifest.metrics.log_loss,
            confusion_matrix=manifest.metrics.confusion_matrix,
            ece=manifest.metrics.ece,
            uncertain_below=manifest.uncertain_below,
        )
