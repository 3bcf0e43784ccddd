"""Keep the state of one batch current for all who follow it: one listener and one poll."""

import asyncio
import uuid

import anyio

from app.batches.errors import FollowingStopsError
from db.batches.records import BatchRecord
from db.batches.repository import BatchRepository
from db.batches.status import ENDED
from db.errors import StorageUnavailableError
from db.notices import BATCH_CHANNEL, Notices


class BatchWatch:
    """The newest state of a batch; `changed` is set, and replaced, each time there is a newer one.

    Attributes
    ----------
    record : BatchRecord or None
        As of the last look; None before the first, or if there is no such batch.
    is_over : bool
        Nothing will change any more.
    problem : Exception or None
        Why it is over too early.
    """

    def __init__(self, batch_id: uuid.UUID) -> None:
        self.batch_id = batch_id
        self.record: BatchRecord | None = None
        self.is_over = False
        self.problem: Exception | None = None
        self.changed = asyncio.Event()
        self.followers = 0
        self.task: asyncio.Task[None] | None = None

    async def keep(
        self, batches: BatchRepository, notices: Notices, poll_interval_s: float
    ) -> None:
        """Look at the batch at each notice, and now and then, until it has ended."""
        try:
            with notices.watch(BATCH_CHANNEL, str(self.batch_id)) as noticed:
                while True:
                    noticed.clear()
                    if notices.is_stopping:
                        raise FollowingStopsError
                    await self._look(batches)
                    if self.record is None or self.record.status in ENDED:
                        return
                    with anyio.move_on_after(poll_interval_s):
                        await noticed.wait()
        except Exception as error:
            self.problem = error
        finally:
            self.is_over = True
            self._announce()

    async def close(self) -> None:
        """End the task that keeps it."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait([self.task])

    async def _look(self, batches: BatchRepository) -> None:
        """Look the batch up; while the database is unavailable, it is as it was."""
        try:
            record = (await batches.find_batches([self.batch_id])).get(self.batch_id)
        except StorageUnavailableError:
            if self.record is None:
                raise
            return
        if record != self.record:
            self.record = record
            self._announce()

    def _announce(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
