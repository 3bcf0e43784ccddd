"""Hold the model that answers, and put another in its place while the service runs.

A swap replaces one reference. Whoever classifies takes `ensemble` once, when a batch or request
begins, and keeps it: what has begun ends on the model that it began with.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator

import anyio

from app.models.source import ModelSource
from app.runtime.tasks import running
from db.errors import StorageError
from ml.errors import ArtefactError
from ml.model.ensemble import GenreEnsemble
from ml.store.manifest import Manifest

KEPT_OTHERS = 2
"""Models kept in memory beside the current one, for old batches and explanations."""
logger = logging.getLogger("genre")


class CurrentModel:
    """`schema.core.context.ModelPort` without the rights: the model that answers now."""

    def __init__(self, source: ModelSource, ensemble: GenreEnsemble) -> None:
        self._source = source
        self._ensemble = ensemble
        self._others: OrderedDict[str, GenreEnsemble] = OrderedDict()
        self._swapping = anyio.Lock()
        self._refused: tuple[str, str] | None = None

    @property
    def ensemble(self) -> GenreEnsemble:
        """The model; take it once for everything that belongs together."""
        return self._ensemble

    @property
    def manifest(self) -> Manifest:
        """Describe the model."""
        return self._ensemble.manifest

    @property
    def refused_version(self) -> str | None:
        """The version that was chosen and could not be loaded here."""
        return self._refused[0] if self._refused else None

    async def find(self, version: str) -> GenreEnsemble | None:
        """Return a version, loaded if need be; None if this disk has it no more."""
        if version == self._ensemble.version:
            return self._ensemble
        if version not in self._others:
            try:
                self._keep(await self._source.load(version))
            except ArtefactError as error:
                logger.warning("Model %s is wanted and cannot be used: %s", version, error)
                return None
        self._others.move_to_end(version)
        return self._others[version]

    async def refresh(self) -> None:
        """Load what is chosen, unless it answers already; what cannot be loaded is refused."""
        async with self._swapping:
            version = "unreadable"
            try:
                version = await self._source.chosen_version()
                if version != self._ensemble.version:
                    self._swap(await self._source.load(version))
                self._refused = None
            except ArtefactError as error:
                self._refuse(version, error)

    async def use(self, version: str, chosen_by: str) -> Manifest:
        """Choose a version, here at once and elsewhere soon; what cannot be loaded raises."""
        async with self._swapping:
            self._swap(await self._source.use(version, chosen_by))
        return self.manifest

    def _swap(self, ensemble: GenreEnsemble) -> None:
        old, self._ensemble = self._ensemble, ensemble
        self._refused = None
        if old.version != ensemble.version:
            self._keep(old)
            logger.info("Model %s answers now, instead of %s.", ensemble.version, old.version)

    def _keep(self, ensemble: GenreEnsemble) -> None:
        self._others[ensemble.version] = ensemble
        while len(self._others) > KEPT_OTHERS:
            self._others.popitem(last=False)

    def _refuse(self, version: str, error: ArtefactError) -> None:
        refused = (version, str(error))
        if refused != self._refused:  # said once, however often it is tried
            logger.error("Model %s goes on; refused: %s", self._ensemble.version, error)
        self._refused = refused


async def open_model(source: ModelSource) -> CurrentModel:
    """Load the model that was chosen.

    Raises
    ------
    ArtefactError
        It cannot be loaded. Another would answer otherwise than the operators chose and than
        other replicas do, so the service does not start.
    """
    version = await source.chosen_version()
    try:
        return CurrentModel(source, await source.load(version))
    except ArtefactError as error:
        if source.pinned is not None:
            raise
        raise ArtefactError(
            f"Model {version} was chosen and cannot be used: {error} Put it back with "
            "`genre model add`, or choose another with `genre model use`."
        ) from error


@contextlib.asynccontextmanager
async def following(model: CurrentModel, interval_s: float) -> AsyncIterator[None]:
    """Look now and then whether another model was chosen, by whichever process."""
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
        logger.debug("The choice of the model cannot be read now; the present one goes on.")
    except Exception:
        logger.exception("Looking for the chosen model failed; the present one goes on.")


@contextlib.contextmanager
def _reloading_on_hangup(model: CurrentModel) -> Iterator[None]:
    """Look at once when SIGHUP arrives.

    Only the main thread may set handlers, and Windows has no such signal; the interval serves
    there.
    """
    if not hasattr(signal, "SIGHUP") or threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()
    has_terminal = _is_on_terminal()

    def reload() -> None:
        if has_terminal and not _is_on_terminal():
            os.kill(os.getpid(), signal.SIGTERM)  # its window was closed: that means stop
            return
        task = asyncio.create_task(_refresh(model))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _is_on_terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # closed
        return False
