"""Follow a batch: its state at once, then each time it changes, until it has ended."""

import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import anyio

from app.batches.errors import FollowingStopsError
from db.batches.records import BatchRecord
from db.batches.repository import BatchRepository
from db.batches.status import ENDED
from db.errors import StorageUnavailableError
from db.notices import BATCH_CHANNEL, Notices

POLL_INTERVAL_S = 3.0
"""How late a change may be seen whose notice was lost."""


@dataclass(frozen=True, slots=True)
class BatchFeed:
    """`schema.core.context.BatchFollower`: any process can follow any batch."""

    batches: BatchRepository
    notices: Notices
    poll_interval_s: float = POLL_INTERVAL_S

    async def follow(self, batch_id: uuid.UUID) -> AsyncGenerator[BatchRecord, None]:
        """Yield the newest state after each change; ends at once if there is no such batch.

        Changes that come faster than they are consumed are seen as one.

        Raises
        ------
        FollowingStopsError
            The process stops before the batch has ended.
        """
        last = None
        with self.notices.watch(BATCH_CHANNEL, str(batch_id)) as changed:
            while last is None or last.status not in ENDED:
                changed.clear()
                if self.notices.is_stopping:
                    raise FollowingStopsError
                record = await self._find(batch_id, last)
                if record is None:
                    return
                if record != last:
                    yield record
                    last = record
                    continue
                with anyio.move_on_after(self.poll_interval_s):
                    await changed.wait()

    async def _find(self, batch_id: uuid.UUID, last: BatchRecord | None) -> BatchRecord | None:
        """Look the batch up; while the database is unavailable, it is as it was."""
        try:
            return (await self.batches.find_batches([batch_id])).get(batch_id)
        except StorageUnavailableError:
            if last is None:
                raise
            return last
