"""Open what the service consists of, and close it: model, database, batches.

Used by the HTTP application and by the command line, so that both take the same path.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine
from threadpoolctl import threadpool_limits

from app.batches.admission import Admission
from app.batches.feed import BatchFeed
from app.batches.housekeeping import Housekeeping
from app.batches.intake import UploadIntake
from app.batches.quota import QuotaLimits, UploadQuota
from app.batches.reclassifier import Reclassifier
from app.batches.runner import BatchRunner
from app.batches.source import CsvReader
from app.batches.stored_source import StoredSources
from app.batches.worker import Worker
from app.config.settings import Settings
from app.exports.links import Clock, LinkSigner, now
from app.exports.slots import ExportSlots
from app.learning.catalogue import Catalogue
from app.learning.reviewer import TrackReviewer
from app.learning.study import Studies
from app.models.current import CurrentModel, following, open_model
from app.models.explainer import Explainer
from app.models.request_classifier import RequestClassifier
from app.models.source import make_source
from app.models.versions import KnownVersions
from app.reports.stored import StoredReports
from app.runtime.database import open_database
from app.runtime.supervisor import Supervisor
from app.runtime.tasks import running
from app.runtime.threads import ComputeThreads
from app.uploads.originals import Originals
from app.uploads.spool import Spool
from app.uploads.url import make_original_store, make_spool
from app.webhooks.notifier import Notifier
from app.webhooks.settings import make_rules, make_sender
from db.batches.annotations import PostgresAnnotations
from db.batches.backlog import PostgresBacklog
from db.batches.lifecycle import BatchLifecycle
from db.batches.locks import SharedLocks
from db.batches.notifications import PostgresNotifications
from db.batches.originals import PostgresOriginals
from db.batches.queue import QUEUE_CHANNEL, BatchQueue
from db.batches.read_options import PostgresReadOptions
from db.batches.reclassification import PostgresReclassifications
from db.batches.removal import BatchRemovals
from db.batches.repository import PostgresBatches
from db.batches.samples import PostgresBatchSamples
from db.embedded.start import EmbeddedStart
from db.engine import Sessions, create_sessions
from db.learned_models import PostgresLearnedModels
from db.notices import BATCH_CHANNEL, Notices
from db.signing_keys import PostgresSigningKeys
from db.tracks.corrections import PostgresCorrections
from db.tracks.exports import PostgresExports
from db.tracks.features import PostgresFeatures
from db.tracks.learning import PostgresLearningTracks
from db.tracks.reclassify import PostgresStoredTracks
from db.tracks.repository import PostgresTracks
from db.tracks.writer import PostgresTrackWriter
from ml.reading.compression import ContentLimits

THREADS_PER_BATCH = 2
"""Threads of a running batch: one reads while the other predicts.

Were there fewer for all together, a small file would wait for a long one's chunks, four times over.
Python and the kernel share the cores in smaller pieces.
"""
REQUEST_THREADS = 1
"""Additional threads, for tracks in requests and explanations."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that is open while the service runs."""

    model: CurrentModel
    versions: KnownVersions
    engine: AsyncEngine
    supervisor: Supervisor
    tracks: PostgresTracks
    batches: PostgresBatches
    lifecycle: BatchLifecycle
    locks: SharedLocks
    spool: Spool
    reader: CsvReader
    runner: BatchRunner
    admission: Admission
    intake: UploadIntake
    housekeeping: Housekeeping
    worker: Worker
    """Made, but not at work: `app.batches.worker.working` is for that."""
    reclassifier: Reclassifier
    notices: Notices
    feed: BatchFeed
    notifications: PostgresNotifications
    notifier: Notifier
    request_classifier: RequestClassifier
    corrections: PostgresCorrections
    explainer: Explainer
    exports: PostgresExports
    studies: Studies
    reviewer: TrackReviewer
    learned_models: PostgresLearnedModels
    export_slots: ExportSlots
    originals: Originals
    annotations: PostgresAnnotations
    read_options: PostgresReadOptions
    links: LinkSigner
    reports: StoredReports

    def stop(self) -> None:
        """End what would hold up the end of the process: streams, waiting uploads, workers."""
        self.worker.stop()
        self.admission.stop()
        self.notices.stop()


@contextlib.asynccontextmanager
async def open_service(
    settings: Settings, postgres: EmbeddedStart | None = None, clock: Clock = now
) -> AsyncIterator[Service]:
    """Open everything; it is closed at the end of the block, `postgres` as well.

    `clock` tells when links to downloads expire.

    Raises
    ------
    ArtefactError
        The model cannot be loaded.
    EmbeddedPostgresError, StorageUnavailableError, StorageSetupError
        The database cannot be started, reached or used.
    SettingsError
        There is no such kind of spool.
    """
    supervisor = Supervisor()
    async with open_database(settings, postgres, supervisor) as engine:
        source = make_source(settings, create_sessions(engine))
        model = await open_model(source)
        threads = ComputeThreads(settings.max_running_batches * THREADS_PER_BATCH + REQUEST_THREADS)
        versions = KnownVersions(source, model)
        service = _compose(settings, model, versions, engine, supervisor, threads, clock)
        async with (
            contextlib.aclosing(threads),
            contextlib.aclosing(service.studies.threads),
            _blas_threads(settings.threads),
            running(service.housekeeping.keep_recovering()),
            running(service.housekeeping.keep_removing()),
            running(service.housekeeping.keep_checking_spool()),
            running(service.notices.listen()),
            running(service.notifier.keep_delivering()),
            running(service.locks.keep()),
            following(model, settings.model_poll_s),
        ):
            yield service


@contextlib.asynccontextmanager
async def _blas_threads(threads: int) -> AsyncIterator[None]:
    """Keep matrix products from taking every core, which Postgres and other batches need."""
    with threadpool_limits(threads or None, user_api="blas"):
        yield


def make_quota(settings: Settings, sessions: Sessions) -> UploadQuota:
    """Return the limits of background uploads."""
    limits = QuotaLimits(
        files=settings.max_queued_uploads,
        size_bytes=settings.max_queued_bytes,
        files_per_client=settings.max_queued_uploads_per_client,
        bytes_per_client=settings.max_queued_bytes_per_client,
        free_bytes=settings.min_free_bytes,
    )
    folder = None if "://" in settings.spool else Path(settings.spool)
    return UploadQuota(PostgresBacklog(sessions), limits, folder)


def _compose(
    settings: Settings,
    model: CurrentModel,
    versions: KnownVersions,
    engine: AsyncEngine,
    supervisor: Supervisor,
    threads: ComputeThreads,
    clock: Clock,
) -> Service:
    sessions = create_sessions(engine)
    tracks, features = PostgresTracks(sessions), PostgresFeatures(sessions)
    catalogue = Catalogue(PostgresLearningTracks(sessions))
    studies = Studies(model, catalogue, ComputeThreads(1))
    batches = PostgresBatches(sessions)
    limits = ContentLimits(settings.max_decompressed_bytes, settings.max_compression_ratio)
    reader = CsvReader(threads, settings.chunk_bytes, limits)
    lifecycle = BatchLifecycle(engine, max_attempts=settings.batch_attempts)
    runner = BatchRunner(model, lifecycle, threads, settings.store_features, settings.max_rejects)
    admission = Admission(settings.max_running_batches, max_waiting=settings.max_waiting_batches)
    locks = SharedLocks(engine)
    spool = make_spool(settings)
    originals = Originals(
        spool,
        make_original_store(settings),
        PostgresOriginals(sessions),
        days=settings.keep_uploads_days,
        max_bytes=settings.keep_uploads_bytes,
    )
    stored, reclassifications = PostgresStoredTracks(engine), PostgresReclassifications(engine)
    notifications = PostgresNotifications(sessions)
    notices = Notices(engine, (BATCH_CHANNEL, QUEUE_CHANNEL))
    worker = Worker(
        runner=runner,
        reader=reader,
        spool=spool,
        originals=originals,
        read_options=PostgresReadOptions(sessions),
        stored=StoredSources(stored, reclassifications, threads),
        queue=BatchQueue(engine),
        notices=notices,
        admission=admission,
        slots=settings.max_running_batches,
    )
    return Service(
        model=model,
        versions=versions,
        engine=engine,
        supervisor=supervisor,
        tracks=tracks,
        batches=batches,
        lifecycle=lifecycle,
        locks=locks,
        spool=spool,
        reader=reader,
        runner=runner,
        admission=admission,
        intake=UploadIntake(
            runner,
            reader,
            batches,
            lifecycle,
            locks,
            admission,
            spool,
            originals,
            make_rules(settings),
            make_quota(settings, sessions),
        ),
        housekeeping=Housekeeping(batches, lifecycle, BatchRemovals(engine), spool, originals),
        worker=worker,
        reclassifier=Reclassifier(model, batches, stored, reclassifications),
        notices=notices,
        feed=BatchFeed(
            batches,
            notices,
            max_followers=settings.subscriptions,
            max_followers_per_client=settings.subscriptions_per_client,
        ),
        notifications=notifications,
        notifier=Notifier(
            notifications,
            notices,
            make_sender(settings),
            settings.webhook_attempts,
            settings.webhook_retry_s,
        ),
        request_classifier=RequestClassifier(
            model, PostgresTrackWriter(engine), threads, settings.store_features
        ),
        corrections=PostgresCorrections(sessions),
        explainer=Explainer(model, features, threads),
        exports=PostgresExports(sessions),
        studies=studies,
        reviewer=TrackReviewer(studies, tracks, features),
        learned_models=PostgresLearnedModels(sessions),
        export_slots=ExportSlots(),
        originals=originals,
        annotations=PostgresAnnotations(sessions),
        read_options=PostgresReadOptions(sessions),
        links=LinkSigner(PostgresSigningKeys(sessions), clock),
        reports=StoredReports(model, batches, PostgresBatchSamples(sessions), threads, clock),
    )
