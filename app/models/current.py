"""Hold the model that is in use, and replace it while the service runs.

A swap replaces one reference. Callers take `model` once, when a batch or request begins, and keep
it, so that each batch ends on the model it began with.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator

import anyio

from app.models.source import ModelSource
from app.runtime.signals import on_hangup
from app.runtime.tasks import running
from db.errors import StorageError
from ml.errors import ArtefactError
from ml.model.genre_model import GenreModel
from ml.store.loaded import LoadedModel
from ml.store.manifest import Manifest

KEPT_OTHERS = 2
"""Models kept in memory besides the current one, for older batches and for explanations."""
logger = logging.getLogger("genre")


class CurrentModel:
    """The model in use: followed by everyone in this process, chosen by anyone who may."""

    def __init__(self, source: ModelSource, loaded: LoadedModel) -> None:
        self._source = source
        self._loaded = loaded
        self._others: OrderedDict[str, GenreModel] = OrderedDict()
        self._swapping = anyio.Lock()
        self._refused: tuple[str, str] | None = None

    @property
    def model(self) -> GenreModel:
        """The model; take it once for everything that belongs together."""
        return self._loaded.model

    @property
    def manifest(self) -> Manifest:
        """What is known about the model."""
        return self._loaded.manifest

    @property
    def refused_version(self) -> str | None:
        """The version that was chosen but could not be loaded here."""
        return self._refused[0] if self._refused else None

    async def find(self, version: str) -> GenreModel | None:
        """Return a version, loading it if necessary; None if it cannot be loaded (any more)."""
        if version == self._loaded.version:
            return self._loaded.model
        if version not in self._others:
            try:
                self._keep((await self._source.load(version)).model)
            except ArtefactError as error:
                logger.warning("Model %s is needed but cannot be used: %s", version, error)
                return None
        self._others.move_to_end(version)
        return self._others[version]

    async def load(self, version: str) -> LoadedModel:
        """Return a version with its manifest; one that cannot be loaded raises."""
        if version == self._loaded.version:
            return self._loaded
        return await self._source.load(version)

    async def refresh(self) -> None:
        """Load the chosen version unless it is in use; keep the old one if it cannot be loaded."""
        async with self._swapping:
            version = "unreadable"
            try:
                version = await self._source.chosen_version()
                if version != self._loaded.version:
                    self._swap(await self._source.load(version))
                self._refused = None
            except ArtefactError as error:
                self._refuse(version, error)

    async def use(self, version: str, chosen_by: str) -> Manifest:
        """Choose a version: at once here, soon elsewhere; one that cannot be loaded raises."""
        async with self._swapping:
            self._swap(await self._source.use(version, chosen_by))
        return self.manifest

    async def roll_back(self, chosen_by: str) -> Manifest:
        """Return to the previous choice, as `use`; raise if there is none."""
        async with self._swapping:
            self._swap(await self._source.roll_back(chosen_by))
        return self.manifest

    def _swap(self, loaded: LoadedModel) -> None:
        old, self._loaded = self._loaded, loaded
        self._refused = None
        if old.version != loaded.version:
            self._keep(old.model)
            logger.info("Model %s replaces %s.", loaded.version, old.version)

    def _keep(self, model: GenreModel) -> None:
        self._others[model.version] = model
        while len(self._others) > KEPT_OTHERS:
            self._others.popitem(last=False)

    def _refuse(self, version: str, error: ArtefactError) -> None:
        refused = (version, str(error))
        if refused != self._refused:  # logged once, not at every attempt
            logger.error("Model %s stays in use; refused: %s", self._loaded.version, error)
        self._refused = refused


async def open_model(source: ModelSource) -> CurrentModel:
    """Load the model that was chosen.

    Raises
    ------
    ArtefactError
        It cannot be loaded. The service does not start on another model, which would answer
        differently from what the operators chose and from other replicas.
    """
    version = await source.chosen_version()
    try:
        return CurrentModel(source, await source.load(version))
    except ArtefactError as error:
        if source.pinned is not None:
            raise
        raise ArtefactError(
            f"Model {version} was chosen and cannot be used: {error} Put it back with "
            "`genre model add`, or choose another one with `genre model use`."
        ) from error


@contextlib.asynccontextmanager
async def following(model: CurrentModel, interval_s: float) -> AsyncIterator[None]:
    """Check from time to time whether any process has chosen another model."""
    async with running(_follow(model, interval_s)):
        with _reloading_on_hangup(model):
            yield


async def _follow(model: CurrentModel, interval_s: float) -> None:
    while True:
        await anyio.sleep(interval_s)
        await _refresh(model)


async def _refresh(model: CurrentModel) -> None:
    try:
        await model.refresh()
    except StorageError:
        logger.debug("The choice of model cannot be read; the current one stays in use.")
    except Exception:
        logger.exception("Looking for the chosen model failed; the current one stays in use.")


@contextlib.contextmanager
def _reloading_on_hangup(model: CurrentModel) -> Iterator[None]:
    """Check at once when SIGHUP arrives."""
    tasks: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = asyncio.create_task(_refresh(model))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    with on_hangup(reload):
        yield
