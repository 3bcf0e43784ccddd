"""Versions of the model, and how two of them differ."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from schema.core.connections import MAX_PAGE_SIZE
from schema.core.context import Info
from schema.core.models import ModelDifference, ModelOrigin, ModelVersionRecord
from schema.inputs import read_count
from schema.models.model import Model
from schema.tracks.track import Track, track_from_record

DEFAULT_CHANGES = 20


@strawberry.type(description="A version of the model.")
class ModelVersion:
    record: strawberry.Private[ModelVersionRecord]
    version: strawberry.ID = strawberry.field(description="Pass it to `useModel`.")
    origin: ModelOrigin = strawberry.field(description="Where it comes from.")
    is_used: bool = strawberry.field(description="Whether it classifies now.")
    problem: str | None = strawberry.field(description="Why it cannot be used; null if it can.")
    created_at: datetime | None = strawberry.field(
        description="When it was trained, or learned from corrections."
    )

    @strawberry.field(description="The model that it was learned on top of, if it was.")
    def parent_version(self) -> str | None:
        return self.record.manifest.parent_version if self.record.manifest else None

    @strawberry.field(description="Answers it learned from; null if it is not LEARNED.")
    def answers(self) -> int | None:
        manifest = self.record.manifest
        return manifest.adaptation.answers if manifest and manifest.adaptation else None

    @strawberry.field(description="What it is and how good it is; null if that cannot be read.")
    def model(self) -> Model | None:
        manifest = self.record.manifest
        return Model.from_manifest(manifest) if manifest else None

    @classmethod
    def from_record(cls, record: ModelVersionRecord, used: str) -> Self:
        return cls(
            record=record,
            version=strawberry.ID(record.version),
            origin=record.origin,
            is_used=record.version == used,
            problem=record.problem,
            created_at=record.created_at,
        )


@strawberry.type(description="A stored track to which two models give different genres.")
class ModelChange:
    track: Track = strawberry.field(description="The track as it is stored now.")
    before: str = strawberry.field(description="Its genre by `comparedTo`.")
    after: str = strawberry.field(description="Its genre by `version`.")
    confidence: float = strawberry.field(description="The probability of `after`, 0 to 1.")


@strawberry.type(description="How a model's predictions differ from another one's.")
class ModelChanges:
    difference: strawberry.Private[ModelDifference]
    version: str = strawberry.field(description="The model that was compared.")
    compared_to: str = strawberry.field(description="The model it was compared to.")
    sampled_tracks: int = strawberry.field(
        description="Random tracks without a correction that both models classified."
    )
    changed_tracks: int = strawberry.field(
        description="How many tracks without a correction would get another genre: an estimate "
        "if there are more tracks than were sampled."
    )

    @strawberry.field(description="Sampled tracks that would change, highest confidence first.")
    def changes(
        self,
        first: Annotated[
            int, strawberry.argument(description="How many, 0 to 1,000.")
        ] = DEFAULT_CHANGES,
    ) -> list[ModelChange]:
        limit = read_count(first, largest=MAX_PAGE_SIZE)
        return [
            ModelChange(
                track=track_from_record(change.track),
                before=change.before,
                after=change.after,
                confidence=change.confidence,
            )
            for change in self.difference.changes[:limit]
        ]

    @classmethod
    def from_difference(cls, difference: ModelDifference) -> Self:
        return cls(
            difference=difference,
            version=difference.version,
            compared_to=difference.compared_to,
            sampled_tracks=difference.sampled,
            changed_tracks=difference.changed,
        )


@strawberry.type
class ModelQuery:
    @strawberry.field(
        description="The versions that `useModel` takes: the shipped model, then the trained ones "
        "on the disk of the replica that answers (looked at every 10 seconds), then the newest 50 "
        "that were learned from corrections."
    )
    async def models(self, info: Info) -> list[ModelVersion]:
        ports = info.context.ports
        records = await ports.versions.list_versions()
        used = ports.model.manifest.version
        return [ModelVersion.from_record(record, used) for record in records]

    @strawberry.field(
        description="What would change if another model classified: up to 2,000 random tracks "
        "without a correction are classified with both, which takes about a second. A request may "
        "compare twice. An unknown version is NOT_FOUND, one that cannot be loaded MODEL_UNUSABLE."
    )
    async def model_changes(
        self,
        info: Info,
        version: Annotated[
            strawberry.ID, strawberry.argument(description="`ModelVersion.version`.")
        ],
        compared_to: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Another version; by default the one in use."),
        ] = None,
    ) -> ModelChanges:
        context = info.context
        context.comparisons.take()
        return ModelChanges.from_difference(
            await context.ports.comparer.compare(version, compared_to)
        )
