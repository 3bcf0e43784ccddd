"""Keep the files of batches for a while after they were read, to give them back with genres.

They are in a folder or prefix below the spool, so all replicas share them, and are kept as they
were sent.
"""

import contextlib
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import anyio
import anyio.to_thread

from app.uploads.spool import Spool, SpoolError
from db.batches.originals import PostgresOriginals
from db.errors import StorageUnavailableError

ORPHAN_AGE_S = 3600.0
"""A file that is not recorded may be one that is just being kept; after so long it is not."""
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class Originals:
    """The kept files. Not keeping one never fails a batch."""

    spool: Spool
    store: Spool
    records: PostgresOriginals
    days: int
    max_bytes: int

    async def keep_copy(self, batch_id: uuid.UUID, file: BinaryIO, size: int) -> None:
        """Keep a copy of a file whose batch has been read."""
        if self.days > 0 and size <= self.max_bytes:
            await self._keep(batch_id, lambda: self._copy(batch_id, file))

    async def promise(self, batch_id: uuid.UUID) -> None:
        """Record that the file of a batch is kept, which is in the spool until it was read."""
        if self.days > 0:
            with contextlib.suppress(StorageUnavailableError):
                await self.records.keep(batch_id, self.days)

    async def keep_spooled(self, batch_id: uuid.UUID) -> None:
        """Keep the file of a batch that has ended, taking it from the spool."""
        if self.days > 0:
            await self._keep(batch_id, lambda: self.spool.move(batch_id, self.store))
        await anyio.to_thread.run_sync(self.spool.remove, batch_id)

    async def open(self, batch_id: uuid.UUID) -> BinaryIO:
        """Open the file of a batch.

        Raises
        ------
        FileNotFoundError
            It is not kept.
        SpoolError
            It cannot be read at the moment.
        """
        for place in (self.store, self.spool):  # it may not have been moved yet
            with contextlib.suppress(FileNotFoundError):
                return await anyio.to_thread.run_sync(place.open, batch_id)
        return await anyio.to_thread.run_sync(self.store.open, batch_id)  # or has just been

    async def drop(self, batch_id: uuid.UUID) -> None:
        """Remove the file of a batch that nobody will want."""
        await self.remove(batch_id)
        await self.records.forget([batch_id])

    async def remove(self, batch_id: uuid.UUID) -> None:
        """Remove the file of a batch, wherever it is."""
        await anyio.to_thread.run_sync(self.spool.remove, batch_id)
        await anyio.to_thread.run_sync(self.store.remove, batch_id)

    async def expire(self) -> None:
        """Remove the files whose time is over, and the oldest that exceed the room."""
        expired = await self.records.find_expired(self.max_bytes)
        for batch_id in expired:
            await anyio.to_thread.run_sync(self.store.remove, batch_id)
        if expired:
            await self.records.forget(expired)

    async def clean(self) -> None:
        """Remove files that are not recorded as kept: a process died before it did that."""
        files = await anyio.to_thread.run_sync(self.store.list_files)
        kept = await self.records.find_kept([file.batch_id for file in files])
        for file in files:
            if file.age_s > ORPHAN_AGE_S and (not file.is_whole or file.batch_id not in kept):
                await anyio.to_thread.run_sync(self.store.remove_path, file.path)

    async def _keep(self, batch_id: uuid.UUID, put: Callable[[], None]) -> None:
        try:
            await anyio.to_thread.run_sync(put)
            if not await self.records.keep(batch_id, self.days):
                await anyio.to_thread.run_sync(self.store.remove, batch_id)
            await self.expire()
        except FileNotFoundError:  # it was cancelled or deleted meanwhile
            pass
        except (SpoolError, StorageUnavailableError) as error:
            logger.warning("The file of batch %s is not kept. %s", batch_id, error)

    def _copy(self, batch_id: uuid.UUID, file: BinaryIO) -> None:
        file.seek(0)
        self.store.save(batch_id, file)
