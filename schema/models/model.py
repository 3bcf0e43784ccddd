"""The current model and how good it is."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from ml.columns import REQUIRED_COLUMNS
from ml.store.manifest import Manifest
from schema.core.connections import MAX_PAGE_SIZE
from schema.inputs import read_count
from schema.models.figures import (
    CalibrationBin,
    ExpectedAccuracy,
    GenreScore,
    GroupFigures,
    IndependentFigures,
    MetricInterval,
)

DEFAULT_FEATURES = 20


@strawberry.type(description="How much a feature contributes to the model's decisions.")
class FeatureImportance:
    feature: str = strawberry.field(description="A column of the file, or `word=...`.")
    importance: float = strawberry.field(
        description="Its share of the total importance over the training tracks, 0 to 1."
    )


@strawberry.type(
    description="The model that classifies tracks. Its scores are those to expect on artists that "
    "it has not heard, every genre counting the same; `byGroup` has those on held-out groups."
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
    accuracy: float = strawberry.field(description="Share of tracks classified correctly, 0 to 1.")
    macro_f1: float = strawberry.field(name="macroF1", description="F1 averaged over genres.")
    log_loss: float = strawberry.field(description="Mean negative log probability, in nats.")
    confusion_matrix: list[list[int]] = strawberry.field(
        description="Counts of the tracks behind `accuracy`: a row per true genre, a column per "
        "predicted genre."
    )

    ece: float = strawberry.field(
        description="Expected calibration error: the mean gap between confidence and accuracy."
    )
    uncertain_below: float = strawberry.field(
        description="Predictions with a confidence below this are marked `uncertain`."
    )

    @strawberry.field(
        description="The accuracy to expect on new artists; null if it was never estimated."
    )
    def expected(self) -> ExpectedAccuracy | None:
        expected = self.manifest.expected
        return ExpectedAccuracy.of(expected) if expected else None

    @strawberry.field(description="Scores on held-out groups of the training tracks.")
    def by_group(self) -> GroupFigures:
        return GroupFigures.of(self.manifest)

    @strawberry.field(description="A measurement outside the project; null if there is none.")
    def independent(self) -> IndependentFigures | None:
        found = self.manifest.independent
        return IndependentFigures.of(found) if found else None

    @strawberry.field(description="95 % confidence intervals of the metrics.")
    def intervals(self) -> list[MetricInterval]:
        return MetricInterval.of(self.manifest.headline_intervals)

    @strawberry.field(description="The calibration curve, least confident first.")
    def calibration(self) -> list[CalibrationBin]:
        return CalibrationBin.of((self.manifest.expected or self.manifest.validation).calibration)

    @strawberry.field(description="Precision and recall by genre, in the order of `genres`.")
    def genre_scores(self) -> list[GenreScore]:
        return GenreScore.of((self.manifest.expected or self.manifest.validation).genres)

    @strawberry.field(description="The features that matter most, highest first.")
    def top_features(
        self,
        first: Annotated[
            int | None, strawberry.argument(description="How many to return, 0 to 1,000.")
        ] = DEFAULT_FEATURES,
    ) -> list[FeatureImportance]:
        """Rank the features by gain."""
        first = read_count(DEFAULT_FEATURES if first is None else first, largest=MAX_PAGE_SIZE)
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
            accuracy=manifest.headline.accuracy,
            macro_f1=manifest.headline.macro_f1,
            log_loss=manifest.headline.log_loss,
            confusion_matrix=manifest.headline.confusion_matrix,
            ece=manifest.headline.ece,
            uncertain_below=manifest.uncertain_below,
        )
