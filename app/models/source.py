"""Where models come from: the folder that a setting names, or the operators' choice.

Used by the service and by `genre model`, so that both check a model before it is chosen.
"""

from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from app.config.settings import Settings
from db.engine import Sessions
from db.model_choices import ModelChoiceRepository, PostgresModelChoices
from ml.errors import GenreMlError
from ml.model.ensemble import GenreEnsemble
from ml.store.artefacts import load_ensemble
from ml.store.manifest import Manifest
from ml.store.registry import SHIPPED, ModelRegistry

COMMAND_LINE = "command line"
"""Who chose, if no client did."""


class ModelPinnedError(GenreMlError):
    """The setting decides, so that a choice would change nothing."""

    code = "BAD_USER_INPUT"

    def __init__(self) -> None:
        super().__init__("GENRE_MODEL_DIR decides which model answers; unset it to choose another.")


class NothingToRollBackError(GenreMlError):
    """The shipped model answers, and nothing was chosen before."""

    code = "BAD_USER_INPUT"

    def __init__(self) -> None:
        super().__init__("There is nothing to roll back: no other model was chosen before.")


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Finds, loads and chooses models."""

    registry: ModelRegistry
    choices: ModelChoiceRepository
    pinned: Path | None = None
    threads: int = 0

    async def chosen_version(self) -> str:
        """Return the version that should answer.

        Raises
        ------
        ArtefactError
            The folder that should name it cannot be read.
        """
        folder = self.pinned
        if folder is None:
            choice = await self.choices.find_current()
            if choice is not None and not choice.is_shipped:
                return choice.version
            folder = self.registry.shipped
        return (await anyio.to_thread.run_sync(Manifest.read, folder)).version

    async def load(self, version: str) -> GenreEnsemble:
        """Load a version.

        Raises
        ------
        UnknownModelError
            It is not on this disk.
        ArtefactError
            Its folder is broken.
        """
        return await anyio.to_thread.run_sync(self._load, version)

    async def use(self, version: str, chosen_by: str) -> GenreEnsemble:
        """Choose a version for every process on this database, if it can be loaded.

        Raises
        ------
        ModelPinnedError
            The setting decides.
        ArtefactError
            The version is not on this disk, or broken; the choice stays as it was.
        """
        self._refuse_if_pinned()
        ensemble = await self.load(version)
        is_shipped = self.registry.is_shipped(version)
        await self.choices.choose(ensemble.version, chosen_by, is_shipped=is_shipped)
        return ensemble

    async def roll_back(self, chosen_by: str) -> GenreEnsemble:
        """Go back to the choice before, if it can still be loaded.

        Raises
        ------
        ModelPinnedError, NothingToRollBackError
            There is nothing to go back to.
        ArtefactError
            The version before is not on this disk, or broken; the choice stays as it was.
        """
        self._refuse_if_pinned()
        current = await self.choices.find_current()
        previous = await self.choices.find_previous()
        if current is None or (previous is None and current.is_shipped):
            raise NothingToRollBackError
        is_shipped = previous is None or previous.is_shipped
        ensemble = await self.load(SHIPPED if previous is None or is_shipped else previous.version)
        await self.choices.roll_back(ensemble.version, chosen_by)
        return ensemble

    def _refuse_if_pinned(self) -> None:
        if self.pinned is not None:
            raise ModelPinnedError

    def _load(self, version: str) -> GenreEnsemble:
        if self.pinned is not None and Manifest.read(self.pinned).version == version:
            return load_ensemble(self.pinned, threads=self.threads)
        return self.registry.load(version, threads=self.threads)


def registry_of(settings: Settings) -> ModelRegistry:
    """Return the registry of the settings."""
    return ModelRegistry(settings.model_registry or settings.data_dir / "models")


def make_source(settings: Settings, sessions: Sessions) -> ModelSource:
    """Make the source of models of a service."""
    return ModelSource(
        registry_of(settings),
        PostgresModelChoices(sessions),
        pinned=settings.model_dir,
        threads=settings.threads,
    )
