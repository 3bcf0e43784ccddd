"""Deliver the webhooks of ended batches, and try again those that were not accepted.

Every process that serves or works does so; the outbox hands each webhook to one of them at a time.
"""

import asyncio
import logging
import random
from dataclasses import dataclass
from datetime import timedelta

import anyio

from app.webhooks.delivery import DeliveryError, Sender
from db.batches.notifications import DueNotification, PostgresNotifications
from db.errors import StorageUnavailableError
from db.notices import BATCH_CHANNEL, Notices

CONCURRENT = 4
"""Webhooks that a process sends at a time."""
LEASE = timedelta(seconds=60)
"""When another process may send a webhook whose process has died; longer than any attempt."""
POLL_INTERVAL_S = 5.0
PAUSE_S = 0.25
"""Between two looks, however many batches change."""
GROWTH = 4
LONGEST_DELAY_S = 6 * 3600.0
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class Notifier:
    """Delivers webhooks.

    Parameters
    ----------
    attempts
        How often one is tried.
    retry_s
        The delay before the second attempt; each further one is four times as long, up to 6 hours.
    """

    outbox: PostgresNotifications
    notices: Notices
    sender: Sender
    attempts: int
    retry_s: float

    async def keep_delivering(self) -> None:
        """Deliver until cancelled; without an allowed host, there is nothing to do."""
        if not self.sender.rules.hosts:
            return
        with self.notices.watch(BATCH_CHANNEL) as changed:
            while True:
                changed.clear()
                if not await self._try_to_deliver():
                    with anyio.move_on_after(POLL_INTERVAL_S):
                        await changed.wait()
                await asyncio.sleep(PAUSE_S)

    async def _try_to_deliver(self) -> bool:
        try:
            return await self.deliver_due()
        except StorageUnavailableError:
            logger.warning("The database cannot be reached; webhooks wait.")
        except Exception:
            logger.exception("Webhooks could not be delivered; trying again.")
        return False

    async def deliver_due(self) -> bool:
        """Send a few webhooks at the same time; False if none is due."""
        due = await self.outbox.take(CONCURRENT, LEASE)
        async with asyncio.TaskGroup() as tasks:
            for notification in due:
                tasks.create_task(self._deliver(notification))
        return bool(due)

    async def _deliver(self, due: DueNotification) -> None:
        try:
            await self._send(due)
        except DeliveryError as error:
            is_last = error.is_final or due.attempts >= self.attempts
            delay = None if is_last else self._delay(due.attempts)
            logger.warning("The webhook of batch %s failed. %s", due.batch.id, error)
            await self.outbox.set_failed(due.batch.id, str(error), delay)
        else:
            await self.outbox.set_delivered(due.batch.id)

    async def _send(self, due: DueNotification) -> None:
        if due.attempts > self.attempts:  # its processes have died, or the limit was lowered
            raise DeliveryError("Every attempt was interrupted.", is_final=True)
        try:
            await self.sender.send(due.url, due.batch)
        except DeliveryError:
            raise
        except Exception as error:
            logger.exception("Sending a webhook failed.")
            raise DeliveryError("Internal error.") from error

    def _delay(self, attempts: int) -> timedelta:
        """Return how long to wait, with jitter, so that not all come at once."""
        longest = min(self.retry_s * GROWTH ** (attempts - 1), LONGEST_DELAY_S)
        return timedelta(seconds=longest * random.uniform(0.5, 1.0))
