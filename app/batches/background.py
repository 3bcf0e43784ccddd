"""Take files in for the background: checked, spooled, queued; and clear away what is left over."""

import logging
import threading
import uuid
from dataclasses import dataclass
from typing import BinaryIO

import anyio
import anyio.to_thread

from app.batches.pipelines import Pipelines
from app.uploads.spool import Spool, SpooledFile, SpoolError
from db.batches.background import BackgroundBatchRepository
from db.batches.removal import PostgresBatchRemoval
from db.batches.repository import OPEN, BatchRepository
from db.records import BatchRecord
from schema.core.context import UploadRefusedError

ORPHAN_AGE_S = 3600.0
"""A file without a batch may be one that is just being saved; after so long it is not."""
CANNOT_KEEP = "Uploads cannot be kept at the moment. Try again later, or with wait: true."
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class BackgroundBatches:
    """Batches whose file outlives the request that brought it."""

    pipelines: Pipelines
    batches: BatchRepository
    queue: BackgroundBatchRepository
    removal: PostgresBatchRemoval
    spool: Spool

    async def submit(self, file: BinaryIO, file_name: str, client_id: str | None) -> BatchRecord:
        """Promise to classify a file: once this returns, it survives the death of any process.

        Raises
        ------
        CsvError
            The file cannot be read as tracks at all; no batch is made of it.
        UploadRefusedError, StorageUnavailableError
            The spool or the database cannot be reached; no batch is made of it either.
        """
        await anyio.to_thread.run_sync(self.pipelines.current.check, file)
        batch_id = uuid.uuid4()
        unwanted = threading.Event()
        try:
            await self._save(batch_id, file, unwanted)
            model = self.pipelines.current.model
            await self.queue.add(batch_id, file_name, model, client_id)
        except UploadRefusedError:
            raise  # nothing of it stayed
        except BaseException:
            unwanted.set()  # the thread that saves it goes on if this task is cancelled
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self.spool.remove, batch_id)
            raise
        return (await self.batches.find_batches([batch_id]))[batch_id]

    async def remove(self, batch_id: uuid.UUID) -> BatchRecord | None:
        """Remove a batch, its tracks and its file; None if there is no such batch.

        Raises
        ------
        BatchInUseError
            A process reads its file now, or will while the client waits.
        """
        record = await self.removal(batch_id)
        await anyio.to_thread.run_sync(self.spool.remove, batch_id)
        return record

    async def restore(self) -> None:
        """Let other workers take up the batches of dead ones."""
        await self.queue.restore()

    async def check_spool(self) -> None:
        """See whether the spool can be used, and log when that changes."""
        before = self.spool.problem
        try:
            await anyio.to_thread.run_sync(self.spool.check)
        except SpoolError as error:
            if before is None:
                logger.error("%s Uploads with wait: false are refused until it can.", error)
        else:
            if before is not None:
                logger.info("The spool can be used again.")

    async def clean_spool(self) -> None:
        """Remove files that no batch needs: their process died before it could do so."""
        try:
            files = await anyio.to_thread.run_sync(self.spool.list_files)
        except SpoolError as error:
            logger.warning("%s", error)
            return
        # One look for all: a batch that is recorded after it must not be taken for one that ended.
        batches = await self.batches.find_batches([file.batch_id for file in files])
        for file in files:
            if _is_left_over(file, batches.get(file.batch_id)):
                logger.info("Removing %s from the spool: no batch waits for it.", file.batch_id)
                await anyio.to_thread.run_sync(self.spool.remove_path, file.path)

    async def _save(self, batch_id: uuid.UUID, file: BinaryIO, unwanted: threading.Event) -> None:
        try:
            await anyio.to_thread.run_sync(self.spool.save, batch_id, file, unwanted)
        except SpoolError as error:
            logger.warning("Batch %s was refused. %s", batch_id, error)
            raise UploadRefusedError(CANNOT_KEEP) from error


def _is_left_over(file: SpooledFile, batch: BatchRecord | None) -> bool:
    if file.is_whole and batch is not None:
        return batch.status not in OPEN
    return file.age_s > ORPHAN_AGE_S
