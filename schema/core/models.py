"""What resolvers may ask about versions of the model, and how two of them differ."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import strawberry

from db.records import TrackRecord
from ml.store.manifest import Manifest


@strawberry.enum(description="Where a model comes from.")
class ModelOrigin(enum.Enum):
    SHIPPED = strawberry.enum_value("SHIPPED", description="It is part of the release.")
    TRAINED = strawberry.enum_value("TRAINED", description="`genre train` made it.")
    LEARNED = strawberry.enum_value("LEARNED", description="It was learned from corrections.")


@dataclass(frozen=True, slots=True)
class ModelVersionRecord:
    """A version that can be put to use, or the problem that prevents that.

    `manifest` is None if it cannot be read; `created_at` is when it was trained or learned.
    """

    version: str
    origin: ModelOrigin
    manifest: Manifest | None
    problem: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrackDifference:
    """A track with its genre by each of two models, and the confidence of the second."""

    track: TrackRecord
    before: str
    after: str
    confidence: float


@dataclass(frozen=True, slots=True)
class ModelDifference:
    """What a random sample of the unanswered tracks says about two models.

    `sampled` tracks were classified with both; `changed` is an estimate for the catalogue.
    """

    version: str
    compared_to: str
    sampled: int
    changed: int
    changes: Sequence[TrackDifference]


class ModelVersions(Protocol):
    """Knows every version of the model."""

    async def list_versions(self) -> Sequence[ModelVersionRecord]:
        """Return the shipped model, then trained and learned ones, each newest first."""


class ModelComparer(Protocol):
    """Compares versions of the model."""

    async def compare(self, version: str, compared_to: str | None) -> ModelDifference:
        """Return which tracks change from one version (default: the one in use) to another."""
