"""The current model and how good it is."""

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
    feature: str = strawberry.field(description="A column of the file, or `word=...`.")
    importance: float = strawberry.field(
        description="Its share of the total importance over the training tracks, 0 to 1."
    )


@strawberry.type(description="The 95 % confidence interval of a metric.")
class MetricInterval:
    metric: str = strawberry.field(description="`accuracy`, `macroF1`, `logLoss` or `ece`.")
    low: float = strawberry.field(description="Lower bound.")
    high: float = strawberry.field(description="Upper bound.")


@strawberry.type(description="Held-out tracks of similar confidence, and how many were right.")
class CalibrationBin:
    confidence: float = strawberry.field(description="Mean confidence of the tracks, 0 to 1.")
    accuracy: float = strawberry.field(description="Share of them predicted correctly, 0 to 1.")
    share: float = strawberry.field(description="Share of all held-out tracks, 0 to 1.")


@strawberry.type(description="Precision and recall of one genre, on held-out tracks.")
class GenreScore:
    genre: str = strawberry.field(description="Name of the genre.")
    precision: float = strawberry.field(description="Share of its predictions that are right.")
    recall: float = strawberry.field(description="Share of its tracks that were found.")
    f1: float = strawberry.field(description="Harmonic mean of precision and recall.")


@strawberry.type(
    description="The model that classifies tracks, with its scores on held-out tracks."
)
class Model:
    manifest: strawberry.Private[Manifest]
    version: str = strawberry.field(description="A hash of the model's content.")
    trained_at: datetime = strawberry.field(description="When it was trained.")
    training_rows: int = strawberry.field(
        description="Number of labelled tracks it was trained on."
    )
    genres: list[str] = strawberry.field(description="The genres in its training labels, by name.")
    required_columns: list[str] = strawberry.field(
        description="The columns a file must have, in any order."
    )
    accuracy: float = strawberry.field(description="Share of held-out tracks classified correctly.")
    macro_f1: float = strawberry.field(
        name="macroF1", description="F1 averaged over genres, on held-out tracks."
    )
    log_loss: float = strawberry.field(description="Mean negative log probability, in nats.")
    confusion_matrix: list[list[int]] = strawberry.field(
        description="Counts of held-out tracks: one row per true genre, one column per predicted "
        "genre."
    )

    ece: float = strawberry.field(
        description="Expected calibration error: the mean gap between confidence and accuracy."
    )
    uncertain_below: float = strawberry.field(
        description="Predictions with a confidence below this are marked `uncertain`."
    )

    @strawberry.field(
        description="95 % confidence intervals of the metrics, from a bootstrap over groups of "
        "tracks."
    )
    def intervals(self) -> list[MetricInterval]:
        return [
            MetricInterval(metric=_METRIC_FIELDS.get(name, name), low=low, high=high)
            for name, (low, high) in self.manifest.validation.intervals.items()
        ]

    @strawberry.field(description="The calibration curve, least confident first.")
    def calibration(self) -> list[CalibrationBin]:
        return [
            CalibrationBin(confidence=part.confidence, accuracy=part.accuracy, share=part.share)
            for part in self.manifest.validation.calibration
        ]

    @strawberry.field(description="Precision and recall by genre, in the order of `genres`.")
    def genre_scores(self) -> list[GenreScore]:
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
            int | None, strawberry.argument(description="How many to return, 0 to 1,000.")
        ] = DEFAULT_FEATURES,
    ) -> list[FeatureImportance]:
        """Rank the features by gain."""
        first = DEFAULT_FEATURES if first is None else first
        if not 0 <= first <= MAX_PAGE_SIZE:
            message = f"first is {first}; it must be between 0 and {MAX_PAGE_SIZE:,}."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, argument="first")
        pairs = zip(self.manifest.feature_names, self.manifest.feature_gains, strict=True)
        ranked = sorted(pairs, key=lambda pair: -pair[1])[:first]
        return [FeatureImportance(feature=name, importance=gain) for name, gain in ranked]

    @classmethod
    def from_manifest(cls, manifest: Manifest) -> Self:
        """Convert a manifest."""
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
