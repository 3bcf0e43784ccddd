"""Open what the service consists of, and close it: model, database, pipeline.

Used by the HTTP application and by the command line, so that both take the same path.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncEngine

from app.pipeline import BatchPipeline
from app.settings import Settings
from app.track_classifier import TrackClassifier
from db.batches import PostgresBatches
from db.corrections import PostgresCorrections
from db.embedded import embedded_postgres
from db.engine import check_server, create_engine, create_sessions
from db.errors import StorageUnavailableError
from db.migrate import migrate
from db.track_writer import PostgresTrackWriter
from db.tracks import PostgresTracks
from ml.artefacts import DEFAULT_MODEL_DIR, load_ensemble
from ml.ensemble import GenreEnsemble

RECOVERY_INTERVAL_S = 15.0
COMPUTE_THREADS = 2
"""Threads that read and predict: one per running batch is enough, since LightGBM has its own."""
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that is open while the service runs."""

    ensemble: GenreEnsemble
    engine: AsyncEngine
    tracks: PostgresTracks
    batches: PostgresBatches
    pipeline: BatchPipeline
    classify_tracks: TrackClassifier
    corrections: PostgresCorrections


@contextlib.asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Start or reach Postgres and bring its tables up to date."""
    async with contextlib.AsyncExitStack() as stack:
        if settings.database_url is None:
            address = await stack.enter_async_context(_embedded(settings.data_dir))
        else:
            address = settings.database_url.get_secret_value()
        engine = create_engine(address, pool_size=settings.database_pool_size)
        stack.push_async_callback(engine.dispose)
        await check_server(engine)
        await migrate(engine)
        yield engine


@contextlib.asynccontextmanager
async def _embedded(folder: Path) -> AsyncIterator[str]:
    """Run the embedded server; starting and stopping it blocks, so a thread does it."""
    server = embedded_postgres(folder)
    address = await anyio.to_thread.run_sync(server.__enter__)
    try:
        yield address
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(server.__exit__, None, None, None)


@contextlib.asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open everything; it is closed at the end of the block.

    Raises
    ------
    ArtefactError
        The model cannot be loaded.
    EmbeddedPostgresError, StorageUnavailableError, StorageSetupError
        The database cannot be started, reached or used.
    """
    folder: Path = settings.model_dir or DEFAULT_MODEL_DIR
    ensemble = await anyio.to_thread.run_sync(
        lambda: load_ensemble(folder, threads=settings.threads)
    )
    async with open_database(settings) as engine:
        service = _compose(settings, ensemble, engine)
        async with _recovery(service):
            yield service


def _compose(settings: Settings, ensemble: GenreEnsemble, engine: AsyncEngine) -> Service:
    sessions = create_sessions(engine)
    batches = PostgresBatches(sessions)
    threads = anyio.CapacityLimiter(COMPUTE_THREADS)
    pipeline = BatchPipeline(
        ensemble=ensemble,
        engine=engine,
        batches=batches,
        threads=threads,
        running=anyio.Semaphore(settings.max_running_batches),
        chunk_bytes=settings.chunk_bytes,
    )
    return Service(
        ensemble=ensemble,
        engine=engine,
        tracks=PostgresTracks(sessions),
        batches=batches,
        pipeline=pipeline,
        classify_tracks=TrackClassifier(ensemble, PostgresTrackWriter(engine), threads),
        corrections=PostgresCorrections(sessions),
    )


@contextlib.asynccontextmanager
async def _recovery(service: Service) -> AsyncIterator[None]:
    """Look for batches whose process died, at start and now and then, as replicas may die later.

    A task and not a task group: a group would wrap the errors of whoever uses the service.
    """
    task = asyncio.create_task(_recover_for_ever(service))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _recover_for_ever(service: Service) -> None:
    while True:
        try:
            count = await service.batches.fail_interrupted()
            if count:
                logger.warning("%d batches were interrupted and are marked as FAILED.", count)
        except StorageUnavailableError:
            logger.warning("The database cannot be reached; looking again soon.")
        except Exception:
            logger.exception("Looking for interrupted batches failed; trying again.")
        await anyio.sleep(RECOVERY_INTERVAL_S)
