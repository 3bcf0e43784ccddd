"""Find, load and choose models: the one that a setting pins, or the one that an operator chose.

Used by the service and by `genre model`, so that both load a model before they choose it.
"""

from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from app.config.settings import Settings
from db.engine import Sessions
from db.learned_models import LearnedModel, LearnedModelRepository, PostgresLearnedModels
from db.model_choices import ModelChoiceRepository, PostgresModelChoices
from ml.errors import GenreMlError, UnknownModelError
from ml.model.genre_model import GenreModel
from ml.store.adapted import ADAPTATION_FILE
from ml.store.loaded import LoadedModel, load_model, make_model
from ml.store.manifest import Manifest
from ml.store.parts import ModelParts
from ml.store.registry import SHIPPED, ModelRegistry

COMMAND_LINE = "command line"
"""Recorded as the one who chose, when no client did."""


class ModelPinnedError(GenreMlError):
    """A setting pins the model, so a choice would have no effect."""

    code = "BAD_USER_INPUT"

    def __init__(self) -> None:
        super().__init__("GENRE_MODEL_DIR pins the model; unset it to choose another.")


class NothingToRollBackError(GenreMlError):
    """The shipped model is in use, and no other was chosen before it."""

    code = "BAD_USER_INPUT"

    def __init__(self) -> None:
        super().__init__("Nothing to roll back: no other model was chosen before.")


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Finds, loads and chooses models."""

    registry: ModelRegistry
    choices: ModelChoiceRepository
    learned: LearnedModelRepository
    pinned: Path | None = None
    threads: int = 0

    async def chosen_version(self) -> str:
        """Return the version that should answer.

        Raises
        ------
        ArtefactError
            The manifest that names it cannot be read.
        """
        folder = self.pinned
        if folder is None:
            choice = await self.choices.find_current()
            if choice is not None and not choice.is_shipped:
                return choice.version
            folder = self.registry.shipped
        return (await anyio.to_thread.run_sync(Manifest.read, folder)).version

    async def load(self, version: str) -> LoadedModel:
        """Load a version from this disk, or one that was learned from corrections.

        Raises
        ------
        UnknownModelError
            It is neither on this disk nor in the database.
        ArtefactError
            Its folder is broken, or the model that it builds on is.
        """
        try:
            return await anyio.to_thread.run_sync(self._load, version)
        except UnknownModelError:
            stored = await self.learned.find(version)
            if stored is None:
                raise
        parent = await self.load(stored.summary.parent_version)
        return await anyio.to_thread.run_sync(_make_learned, stored, parent.model, self.threads)

    async def use(self, version: str, chosen_by: str) -> LoadedModel:
        """Choose a version for every process on this database, if it can be loaded.

        Raises
        ------
        ModelPinnedError
            A setting pins the model.
        ArtefactError
            The version is not on this disk or broken; the choice stays as it was.
        """
        self._refuse_if_pinned()
        loaded = await self.load(version)
        is_shipped = self.registry.is_shipped(version)
        await self.choices.choose(loaded.version, chosen_by, is_shipped=is_shipped)
        return loaded

    async def roll_back(self, chosen_by: str) -> LoadedModel:
        """Go back to the previous choice, if it can still be loaded.

        Raises
        ------
        ModelPinnedError, NothingToRollBackError
            There is nothing to go back to.
        ArtefactError
            The previous version is not on this disk or broken; the choice stays as it was.
        """
        self._refuse_if_pinned()
        current = await self.choices.find_current()
        previous = await self.choices.find_previous()
        if current is None or (previous is None and current.is_shipped):
            raise NothingToRollBackError
        is_shipped = previous is None or previous.is_shipped
        loaded = await self.load(SHIPPED if previous is None or is_shipped else previous.version)
        await self.choices.roll_back(loaded.version, chosen_by)
        return loaded

    def _refuse_if_pinned(self) -> None:
        if self.pinned is not None:
            raise ModelPinnedError

    def _load(self, version: str) -> LoadedModel:
        if self.pinned is not None and Manifest.read(self.pinned).version == version:
            return load_model(self.pinned, threads=self.threads)
        return self.registry.load(version, threads=self.threads)


def _make_learned(stored: LearnedModel, parent: GenreModel, threads: int) -> LoadedModel:
    manifest = Manifest.model_validate(stored.summary.manifest)
    files = {ADAPTATION_FILE: stored.parameters}
    return make_model(ModelParts(manifest, files, threads, parent))


def registry_of(settings: Settings) -> ModelRegistry:
    """Return the registry that the settings name."""
    return ModelRegistry(settings.model_registry or settings.data_dir / "models")


def make_source(settings: Settings, sessions: Sessions) -> ModelSource:
    """Make the source of a service's models."""
    return ModelSource(
        registry_of(settings),
        PostgresModelChoices(sessions),
        PostgresLearnedModels(sessions),
        pinned=settings.model_dir,
        threads=settings.threads,
    )
