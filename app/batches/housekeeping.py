"""Remove batches, recover those of dead processes, and keep the spool clean and known."""

import itertools
import logging
import uuid
from dataclasses import dataclass

import anyio
import anyio.to_thread

from app.uploads.originals import Originals
from app.uploads.spool import Spool, SpooledFile, SpoolError
from db.batches.lifecycle import BatchLifecycle
from db.batches.records import BatchDeletion, BatchRecord
from db.batches.removal import BatchRemovals
from db.batches.repository import BatchRepository
from db.batches.status import OPEN
from db.errors import StorageUnavailableError

INTERVAL_S = 15.0
REMOVAL_BUDGET_S = 10.0
"""How long a client waits for a batch to be deleted; the rest is deleted after the answer."""
LOOKS_PER_CLEANING = 40
ORPHAN_AGE_S = 3600.0
"""A file without a batch may be one that is just being saved; after so long it is not."""
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """Looks after batches that no request or worker is looking after."""

    batches: BatchRepository
    lifecycle: BatchLifecycle
    removals: BatchRemovals
    spool: Spool
    originals: Originals

    async def cancel(self, batch_id: uuid.UUID) -> BatchRecord | None:
        """Cancel a batch, in whatever process it runs, and remove its file; None if unknown.

        Raises
        ------
        BatchEndedError
            It has ended already.
        """
        record = await self.lifecycle.cancel(batch_id)
        if record is not None:
            await self._keep_if_read(record)
        return record

    async def preview_removal(self, batch_id: uuid.UUID) -> BatchDeletion:
        """Count what `remove` would do to the tracks of a batch."""
        return await self.removals.preview(batch_id)

    async def remove(self, batch_id: uuid.UUID) -> BatchRecord | None:
        """Remove a batch, its tracks and its file; None if there is no such batch.

        Raises
        ------
        BatchInUseError
            A process is working on it, or will while the client waits.
        """
        record = await self.removals.remove(batch_id, budget_s=REMOVAL_BUDGET_S)
        await self.originals.remove(batch_id)
        return record

    async def keep_removing(self) -> None:
        """Finish what `remove` left, in this process or in one that died."""
        while True:
            try:
                for batch_id in await self.removals.list_unfinished():
                    await self.removals.resume(batch_id)
            except StorageUnavailableError:
                logger.warning("The database cannot be reached; batches are deleted later.")
            except Exception:
                logger.exception("Deleting batches failed; trying again.")
            await anyio.sleep(INTERVAL_S)

    async def keep_recovering(self) -> None:
        """Recover batches of dead processes, at start and now and then, as replicas may die."""
        for look in itertools.count():
            try:
                await self.recover()
                if look % LOOKS_PER_CLEANING == 0 and not self.spool.problem:
                    await self.clean_spool()
                    await self.clean_originals()
            except StorageUnavailableError:
                logger.warning("The database cannot be reached; looking again soon.")
            except Exception:
                logger.exception("Looking for interrupted batches failed; trying again.")
            await anyio.sleep(INTERVAL_S)

    async def keep_checking_spool(self) -> None:
        """Check the spool regularly, in a separate loop because a silent store takes long."""
        while True:
            await self.check_spool()
            await anyio.sleep(INTERVAL_S)

    async def recover(self) -> int:
        """Fail or queue again the batches of dead processes; return how many have FAILED."""
        count = await self.lifecycle.recover()
        if count:
            logger.warning("%d batches were interrupted and are marked as FAILED.", count)
        return count

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
        # One query for all: a batch recorded after it must not be mistaken for one that has ended.
        batches = await self.batches.find_batches([file.batch_id for file in files])
        for file in files:
            batch = batches.get(file.batch_id)
            if not await self._is_left_over(file, batch):
                continue
            logger.info("Removing %s from the spool: no batch waits for it.", file.batch_id)
            if file.is_whole and batch is not None:
                await self._keep_if_read(batch)
            await anyio.to_thread.run_sync(self.spool.remove_path, file.path)

    async def clean_originals(self) -> None:
        """Remove kept files whose time is over, and those that no batch has."""
        try:
            await self.originals.expire()
            await self.originals.clean()
        except SpoolError as error:
            logger.warning("%s", error)

    async def _is_left_over(self, file: SpooledFile, batch: BatchRecord | None) -> bool:
        if file.is_whole and batch is not None:
            return batch.status not in OPEN
        if file.age_s > ORPHAN_AGE_S:
            return True
        if file.is_whole:  # its batch is recorded next
            return False
        return await anyio.to_thread.run_sync(self.spool.is_abandoned, file.path)

    async def _keep_if_read(self, batch: BatchRecord) -> None:
        """Keep the file of a batch that has ended, unless nothing of it was read."""
        if batch.rows_received:
            await self.originals.keep_spooled(batch.id)
        else:
            await self.originals.drop(batch.id)
