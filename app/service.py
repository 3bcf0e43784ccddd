"""Open what the service consists of, and close it: model, database, pipeline.

Used by the HTTP application and by the command line, so that both take the same path.
"""

import contextlib
import itertools
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import anyio
from sqlalchemy.ext.asyncio import AsyncEngine
from threadpoolctl import threadpool_limits

from app.batches.admission import Turns
from app.batches.background import BackgroundBatches
from app.batches.direct import DirectBatches
from app.batches.pipeline import BatchPipeline
from app.batches.pipelines import Pipelines
from app.batches.worker import Worker
from app.config.settings import Settings
from app.models.current import CurrentModel, following, open_model
from app.models.explainer import Explainer
from app.models.request_classifier import RequestClassifier
from app.models.source import make_source
from app.runtime.database import open_database
from app.runtime.tasks import running
from app.runtime.threads import ComputeThreads
from app.uploads.url import make_spool
from db.batches.background import PostgresBackgroundBatches
from db.batches.locks import BatchLocks
from db.batches.queue import QUEUE_CHANNEL, BatchQueue
from db.batches.removal import PostgresBatchRemoval
from db.batches.repository import PostgresBatches
from db.batches.waiting import WaitingBatches
from db.embedded.start import EmbeddedStart
from db.engine import create_sessions
from db.errors import StorageUnavailableError
from db.notices import BATCH_CHANNEL, Notices
from db.tracks.corrections import PostgresCorrections
from db.tracks.exports import PostgresExports
from db.tracks.features import PostgresFeatures
from db.tracks.repository import PostgresTracks
from db.tracks.writer import PostgresTrackWriter
from ml.reading.compression import ContentLimits

RECOVERY_INTERVAL_S = 15.0
LOOKS_PER_CLEANING = 40
RUNNING_EXPORTS = 2
"""Downloads whose rows are read from Postgres at a time, each on a connection; others wait."""
THREADS_PER_BATCH = 2
"""Threads of a running batch: one reads while the other predicts.

Were there fewer for all together, a small file would wait for a long one's chunks, four times over.
Python and the kernel share the cores in smaller pieces.
"""
REQUEST_THREADS = 1
"""Threads beside those, for tracks in requests and explanations."""
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that is open while the service runs."""

    model: CurrentModel
    engine: AsyncEngine
    tracks: PostgresTracks
    batches: PostgresBatches
    pipelines: Pipelines
    turns: Turns
    direct: DirectBatches
    background: BackgroundBatches
    worker: Worker
    """Made, but not at work: `app.batches.worker.working` is for that."""
    notices: Notices
    request_classifier: RequestClassifier
    corrections: PostgresCorrections
    explainer: Explainer
    exports: PostgresExports
    exporting: anyio.Semaphore
    """Bounds the exports that read from Postgres."""

    def stop(self) -> None:
        """End what would hold up the end of the process: streams, waiting, batches to give back."""
        self.worker.stop()
        self.turns.stop()
        self.notices.stop()

    @property
    def pipeline(self) -> BatchPipeline:
        """A pipeline on the model that answers now; take one for each batch."""
        return self.pipelines.current


@contextlib.asynccontextmanager
async def open_service(
    settings: Settings, postgres: EmbeddedStart | None = None
) -> AsyncIterator[Service]:
    """Open everything; it is closed at the end of the block, `postgres` as well.

    Raises
    ------
    ArtefactError
        The model cannot be loaded.
    EmbeddedPostgresError, StorageUnavailableError, StorageSetupError
        The database cannot be started, reached or used.
    SettingsError
        There is no such kind of spool.
    """
    async with open_database(settings, postgres) as engine:
        model = await open_model(make_source(settings, create_sessions(engine)))
        threads = ComputeThreads(settings.max_running_batches * THREADS_PER_BATCH + REQUEST_THREADS)
        service = _compose(settings, model, engine, threads)
        async with (
            contextlib.aclosing(threads),
            _blas_threads(settings.threads),
            running(_recover_for_ever(service)),
            running(_check_spool_for_ever(service)),
            running(service.notices.listen()),
            running(service.direct.waiting.locks.keep()),
            following(model, settings.model_poll_s),
        ):
            yield service


@contextlib.asynccontextmanager
async def _blas_threads(threads: int) -> AsyncIterator[None]:
    """Keep matrix products from taking every core, which Postgres and other batches need."""
    with threadpool_limits(threads or None, user_api="blas"):
        yield


def _compose(
    settings: Settings, model: CurrentModel, engine: AsyncEngine, threads: ComputeThreads
) -> Service:
    sessions = create_sessions(engine)
    batches = PostgresBatches(sessions)
    make_pipeline = partial(
        BatchPipeline,
        engine=engine,
        batches=batches,
        threads=threads,
        chunk_bytes=settings.chunk_bytes,
        keep_features=settings.store_features,
        content_limits=ContentLimits(
            settings.max_decompressed_bytes, settings.max_compression_ratio
        ),
    )
    pipelines = Pipelines(model, make_pipeline)
    turns = Turns(settings.max_running_batches, max_waiting=settings.max_waiting_batches)
    notices = Notices(engine, (BATCH_CHANNEL, QUEUE_CHANNEL))
    background = BackgroundBatches(
        pipelines=pipelines,
        batches=batches,
        queue=PostgresBackgroundBatches(engine),
        removal=PostgresBatchRemoval(sessions),
        spool=make_spool(settings),
    )
    worker = Worker(
        background=background,
        queue=BatchQueue(engine),
        notices=notices,
        turns=turns,
        slots=settings.max_running_batches,
        max_attempts=settings.batch_attempts,
    )
    return Service(
        model=model,
        engine=engine,
        tracks=PostgresTracks(sessions),
        batches=batches,
        pipelines=pipelines,
        turns=turns,
        direct=DirectBatches(pipelines, batches, WaitingBatches(engine, BatchLocks(engine)), turns),
        background=background,
        worker=worker,
        notices=notices,
        request_classifier=RequestClassifier(
            model, PostgresTrackWriter(engine), threads, settings.store_features
        ),
        corrections=PostgresCorrections(sessions),
        explainer=Explainer(model, PostgresFeatures(sessions), threads),
        exports=PostgresExports(sessions),
        exporting=anyio.Semaphore(RUNNING_EXPORTS),
    )


async def _recover_for_ever(service: Service) -> None:
    """Look for batches whose process died, at start and now and then, as replicas may die later."""
    for look in itertools.count():
        try:
            count = await service.batches.fail_interrupted()
            if count:
                logger.warning("%d batches were interrupted and are marked as FAILED.", count)
            await service.background.restore()
            if look % LOOKS_PER_CLEANING == 0 and not service.background.spool.problem:
                await service.background.clean_spool()
        except StorageUnavailableError:
            logger.warning("The database cannot be reached; looking again soon.")
        except Exception:
            logger.exception("Looking for interrupted batches failed; trying again.")
        await anyio.sleep(RECOVERY_INTERVAL_S)


async def _check_spool_for_ever(service: Service) -> None:
    """Look whether the spool can be used; not beside the above, for a silent store takes long."""
    while True:
        await service.background.check_spool()
        await anyio.sleep(RECOVERY_INTERVAL_S)
