"""Follow a batch: its state at once, then each time it changes, until it has ended."""

import asyncio
import contextlib
import uuid
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass, field

from app.batches.errors import TooManyFollowersError
from app.batches.watch import BatchWatch
from db.batches.records import BatchRecord
from db.batches.repository import BatchRepository
from db.notices import Notices

POLL_INTERVAL_S = 3.0
"""How late a change may be seen whose notice was lost."""


@dataclass(frozen=True, slots=True)
class BatchFeed:
    """`schema.core.context.BatchFollower`: any process can follow any batch.

    However many follow a batch, it is looked up once.
    """

    batches: BatchRepository
    notices: Notices
    poll_interval_s: float = POLL_INTERVAL_S
    max_followers: int = 2_000
    max_followers_per_client: int = 200
    _watches: dict[uuid.UUID, BatchWatch] = field(default_factory=dict)
    _clients: Counter[str | None] = field(default_factory=Counter)

    async def follow(
        self, batch_id: uuid.UUID, client_id: str | None = None
    ) -> AsyncGenerator[BatchRecord, None]:
        """Yield the newest state after each change; ends at once if there is no such batch.

        Changes that come faster than they are consumed are seen as one.

        Raises
        ------
        FollowingStopsError
            The process stops before the batch has ended.
        TooManyFollowersError
            The client, or all together, follow too many already.
        """
        last = None
        with self._counted(client_id):
            async with self._watch(batch_id) as watch:
                while True:
                    changed = watch.changed
                    if watch.problem is not None:
                        raise watch.problem
                    if watch.record is not None and watch.record != last:
                        last = watch.record
                        yield last
                    elif watch.is_over:
                        return
                    else:
                        await changed.wait()

    @contextlib.contextmanager
    def _counted(self, client_id: str | None) -> Iterator[None]:
        if self._clients[client_id] >= self.max_followers_per_client:
            raise TooManyFollowersError(self.max_followers_per_client, "by one client")
        if self._clients.total() >= self.max_followers:
            raise TooManyFollowersError(self.max_followers, "at a time")
        self._clients[client_id] += 1
        try:
            yield
        finally:
            self._clients[client_id] -= 1
            if not self._clients[client_id]:
                del self._clients[client_id]

    @contextlib.asynccontextmanager
    async def _watch(self, batch_id: uuid.UUID) -> AsyncIterator[BatchWatch]:
        """Share the watch of a batch; the first starts it, and the last ends it."""
        watch = self._watches.get(batch_id)
        if watch is None or watch.is_over:
            watch = self._watches[batch_id] = BatchWatch(batch_id)
            keeping = watch.keep(self.batches, self.notices, self.poll_interval_s)
            watch.task = asyncio.create_task(keeping)
        watch.followers += 1
        try:
            yield watch
        finally:
            watch.followers -= 1
            if not watch.followers:
                if self._watches.get(batch_id) is watch:
                    del self._watches[batch_id]
                await watch.close()
