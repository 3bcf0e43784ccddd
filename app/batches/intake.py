"""Take uploads in: run them while the client waits, or keep them for a worker."""

import contextlib
import logging
import threading
import uuid
from dataclasses import dataclass
from typing import BinaryIO

import anyio
import anyio.to_thread
from starlette.datastructures import UploadFile

from app.batches.admission import Admission, Ticket
from app.batches.detected import to_detected
from app.batches.disconnect import client_disconnects
from app.batches.errors import UploadRefusedError, WholeTracksError
from app.batches.pipeline import needs_whole
from app.batches.quota import UploadQuota
from app.batches.read_options import to_stored
from app.batches.runner import BatchRunner
from app.batches.source import CsvReader, FileSource, size_of
from app.models.classified import to_model_version
from app.runtime.tasks import running
from app.uploads.file_name import check_suffix, shown_name
from app.uploads.originals import Originals
from app.uploads.spool import Spool, SpoolError
from app.webhooks.rules import WebhookRules
from db.batches.lifecycle import BatchLifecycle
from db.batches.locks import SharedLocks
from db.batches.records import BatchRecord, NewBatch
from db.batches.repository import BatchRepository
from db.errors import StorageUnavailableError
from ml.detected import DetectedFile
from ml.model.genre_model import takes_partial
from ml.reading.read_options import DEFAULTS, ReadOptions

CANNOT_KEEP = "Uploads cannot be kept at the moment. Try again later, or with wait: true."
DISCONNECTED = "The client disconnected before this file was read. Nothing of it was stored."
CANCELLED = "The upload was cancelled before this file was read. Nothing of it was stored."
LOST = "The batch was marked as failed because its process seemed to have died."
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class UploadIntake:
    """`schema.core.context.BatchClassifier`: a file that is no CSV of tracks leaves no trace."""

    runner: BatchRunner
    reader: CsvReader
    batches: BatchRepository
    lifecycle: BatchLifecycle
    locks: SharedLocks
    admission: Admission
    spool: Spool
    originals: Originals
    webhooks: WebhookRules = WebhookRules()
    quota: UploadQuota | None = None

    async def classify(
        self,
        upload: UploadFile,
        client_id: str | None,
        options: ReadOptions,
        *,
        wait: bool,
        notify_url: str | None = None,
    ) -> BatchRecord:
        """Classify an upload, or promise to; the transport closes it."""
        if notify_url is not None:
            self.webhooks.check(notify_url)
        name = shown_name(upload.filename)
        check_suffix(name)
        self._check_model(options)
        take_in = self.run if wait else self.enqueue
        return await take_in(upload.file, name, client_id, options, notify_url)

    async def run(
        self,
        file: BinaryIO,
        file_name: str,
        client_id: str | None,
        options: ReadOptions = DEFAULTS,
        notify_url: str | None = None,
    ) -> BatchRecord:
        """Classify a file as soon as it is admitted, and return its batch once it has ended.

        Raises
        ------
        CsvError
            The file cannot be read as tracks at all; no batch is made of it.
        UploadRefusedError
            Too many wait already, or the process is ending; no batch is made of it either.
        StorageUnavailableError
            The database is unavailable; a batch that was recorded is set FAILED once it is back.
        """
        source, size = FileSource(self.reader, file, options), size_of(file)
        detected = None
        with self.admission.ticket(is_upload=True) as ticket:
            if not ticket.is_admitted:
                detected = await self.reader.check(file, options)
            if ticket.dismissal:
                raise UploadRefusedError(ticket.dismissal)
            if ticket.is_admitted:
                batch_id = await self.runner.run_new(
                    source,
                    file_name,
                    client_id,
                    bytes_total=size,
                    options=options,
                    notify_url=notify_url,
                )
            else:
                batch = self._new_batch(file_name, client_id, size, options, detected, notify_url)
                batch_id = await self._wait_and_run(ticket, batch, source)
        await self.originals.keep_copy(batch_id, file, size)
        return await self._find(batch_id)

    async def enqueue(
        self,
        file: BinaryIO,
        file_name: str,
        client_id: str | None,
        options: ReadOptions = DEFAULTS,
        notify_url: str | None = None,
    ) -> BatchRecord:
        """Promise to classify a file: once this returns, it survives the death of any process.

        Raises
        ------
        CsvError
            The file cannot be read as tracks at all; no batch is made of it.
        UploadRefusedError, StorageUnavailableError
            The spool or the database cannot be reached; no batch is made of it either.
        """
        if self.quota is not None:
            await self.quota.check(client_id, size_of(file))
        detected = await self.reader.check(file, options)
        batch = self._new_batch(file_name, client_id, size_of(file), options, detected, notify_url)
        unwanted = threading.Event()
        try:
            await self._save(batch.id, file, unwanted)
            await self.lifecycle.enqueue(batch)
        except UploadRefusedError:
            raise  # nothing of it is left
        except BaseException:
            unwanted.set()  # the thread that saves it goes on if this task is cancelled
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self.spool.remove, batch.id)
            raise
        await self.originals.promise(batch.id)
        return await self._find(batch.id)

    def _check_model(self, options: ReadOptions) -> None:
        model = self.runner.current.model
        if options.allow_missing and not takes_partial(model):
            raise WholeTracksError(needs_whole(model))

    def _new_batch(
        self,
        file_name: str,
        client_id: str | None,
        size: int,
        options: ReadOptions,
        detected: DetectedFile | None,
        notify_url: str | None,
    ) -> NewBatch:
        return NewBatch(
            uuid.uuid4(),
            file_name,
            to_model_version(self.runner.current.model),
            client_id,
            size,
            read_options=to_stored(options),
            detected=to_detected(detected),
            notify_url=notify_url,
        )

    async def _wait_and_run(self, ticket: Ticket, batch: NewBatch, source: FileSource) -> uuid.UUID:
        """Show a batch as QUEUED until it is admitted; it holds no connection meanwhile."""
        async with self.locks.hold(batch.id, lambda: self.admission.dismiss(ticket, LOST)):
            if await self._wait(ticket, batch):
                await self.runner.run_recorded(batch.id, source)
        return batch.id

    async def _wait(self, ticket: Ticket, batch: NewBatch) -> bool:
        """Return True once the batch is admitted, False if it has FAILED instead."""
        try:
            await self.lifecycle.wait(batch)
            async with running(self._dismiss_without_client(ticket)):
                is_admitted = await ticket.wait()
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True), contextlib.suppress(StorageUnavailableError):
                await self.lifecycle.stop_waiting(batch.id, CANCELLED)
            raise
        if not is_admitted:
            await self.lifecycle.stop_waiting(batch.id, ticket.dismissal or "")
        return is_admitted

    async def _dismiss_without_client(self, ticket: Ticket) -> None:
        await client_disconnects()
        self.admission.dismiss(ticket, DISCONNECTED)

    async def _save(self, batch_id: uuid.UUID, file: BinaryIO, unwanted: threading.Event) -> None:
        try:
            await anyio.to_thread.run_sync(self.spool.save, batch_id, file, unwanted)
        except SpoolError as error:
            logger.warning("Batch %s was refused. %s", batch_id, error)
            raise UploadRefusedError(CANNOT_KEEP) from error

    async def _find(self, batch_id: uuid.UUID) -> BatchRecord:
        record = (await self.batches.find_batches([batch_id])).get(batch_id)
        if record is None:
            raise StorageUnavailableError("The batch was removed meanwhile.")
        return record
