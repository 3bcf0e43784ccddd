"""List the versions of the model: those on this disk, and those learned from corrections."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio
import anyio.to_thread

from app.models.current import CurrentModel
from app.models.source import ModelSource
from db.learned_models import LearnedModelSummary
from ml.store.manifest import Manifest
from ml.store.registry import RegisteredModel
from schema.core.models import ModelOrigin, ModelVersionRecord

MAX_LEARNED = 50
DISK_AGE_S = 10.0
"""Looking at the disk reads and hashes every file of every model, so it is done so rarely."""


@dataclass(slots=True)
class KnownVersions:
    """`schema.core.models.ModelVersions`."""

    source: ModelSource
    current: CurrentModel
    _looking: anyio.Lock = field(default_factory=anyio.Lock)
    _on_disk: Sequence[RegisteredModel] = ()
    _looked_at: float = float("-inf")

    async def list_versions(self) -> Sequence[ModelVersionRecord]:
        """Return the shipped model, then trained and learned ones, each newest first."""
        on_disk = [_of_disk(model) for model in await self._look()]
        learned = [
            _of_answers(model) for model in await self.source.learned.list_newest(MAX_LEARNED)
        ]
        listed = {record.version for record in (*on_disk, *learned)}
        return [*self._missing(listed), *on_disk, *learned]

    async def _look(self) -> Sequence[RegisteredModel]:
        async with self._looking:
            if time.monotonic() - self._looked_at >= DISK_AGE_S:
                self._on_disk = await anyio.to_thread.run_sync(self.source.registry.list_models)
                self._looked_at = time.monotonic()
            return self._on_disk

    def _missing(self, listed: set[str]) -> list[ModelVersionRecord]:
        """Return the model in use if it is pinned to a folder, removed, or learned long ago."""
        manifest = self.current.manifest
        if manifest.version in listed:
            return []
        origin = ModelOrigin.LEARNED if manifest.adaptation else ModelOrigin.TRAINED
        return [_record(manifest, origin)]


def _of_disk(model: RegisteredModel) -> ModelVersionRecord:
    origin = ModelOrigin.SHIPPED if model.is_shipped else ModelOrigin.TRAINED
    if model.manifest is None:
        problem = "Its files are missing or broken; the operator's `genre model list` says how."
        return ModelVersionRecord(model.version, origin, None, problem)
    return _record(model.manifest, origin)


def _of_answers(model: LearnedModelSummary) -> ModelVersionRecord:
    return _record(Manifest.model_validate(model.manifest), ModelOrigin.LEARNED)


def _record(manifest: Manifest, origin: ModelOrigin) -> ModelVersionRecord:
    return ModelVersionRecord(manifest.version, origin, manifest, created_at=manifest.trained_at)
