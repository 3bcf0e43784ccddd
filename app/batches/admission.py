"""Admission: a limited number of batches run at a time; the others wait in one queue.

First come, first served. But nobody waits for a batch of the queue, and it can go on where it
stopped: it yields between two chunks if an upload is waiting, and queues again after it.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.batches.errors import UploadRefusedError

STOPPING = "The service was stopped before it got to this file. Send it again."


@dataclass(eq=False, slots=True)
class Ticket:
    """A place in the line, and then the right to run."""

    is_upload: bool
    is_admitted: bool = False
    dismissal: str | None = None
    """Why it will not be admitted, for people."""
    gives_way: bool = False
    _called: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> bool:
        """Wait to be admitted; False if it was dismissed instead."""
        await self._called.wait()
        return self.is_admitted

    def admit(self) -> None:
        """Let it run."""
        self.is_admitted = True
        self._called.set()

    def dismiss(self, why: str) -> None:
        """Let it wait no longer."""
        self.dismissal = why
        self._called.set()


class Admission:
    """Decides who runs.

    Parameters
    ----------
    capacity
        How many batches run at a time.
    max_waiting
        How many uploads may wait; workers wait too, but there are few of them anyway.
    """

    def __init__(self, capacity: int, *, max_waiting: int) -> None:
        self._free = capacity
        self._max_waiting = max_waiting
        self._line: list[Ticket] = []
        self._giving_way = 0
        self._is_stopping = False

    @property
    def waiting_uploads(self) -> int:
        """How many uploads wait to be admitted."""
        return sum(ticket.is_upload for ticket in self._line)

    @contextlib.contextmanager
    def ticket(self, *, is_upload: bool) -> Iterator[Ticket]:
        """Admit the block at once if there is room, else give it the last place in the line.

        Raises
        ------
        UploadRefusedError
            Too many wait already, or the process is about to end.
        """
        ticket = Ticket(is_upload)
        if self._free:
            self._free -= 1
            ticket.admit()
        else:
            self._refuse_if_full(ticket)
            self._line.append(ticket)
        try:
            yield ticket
        finally:
            self._leave(ticket)

    def should_give_way(self, ticket: Ticket) -> bool:
        """Tell a batch of the queue whether to stop now, because an upload waits.

        As many are told so as uploads wait.
        """
        if not ticket.gives_way and self.waiting_uploads > self._giving_way:
            ticket.gives_way = True
            self._giving_way += 1
        return ticket.gives_way

    def dismiss(self, ticket: Ticket, why: str) -> None:
        """Take a ticket out of the line; one that is admitted stays so."""
        if ticket in self._line:
            self._line.remove(ticket)
            ticket.dismiss(why)

    def stop(self) -> None:
        """Dismiss all who wait: they would begin what the end of the process interrupts."""
        self._is_stopping = True
        for ticket in tuple(self._line):
            self.dismiss(ticket, STOPPING)

    def _refuse_if_full(self, ticket: Ticket) -> None:
        if not ticket.is_upload:
            return
        if self._is_stopping:
            raise UploadRefusedError("The service is restarting. Try again in a moment.")
        if self.waiting_uploads >= self._max_waiting:
            raise UploadRefusedError(
                f"{self._max_waiting} uploads are waiting already. Try again later, or send the "
                "file with wait: false."
            )

    def _leave(self, ticket: Ticket) -> None:
        self._giving_way -= ticket.gives_way
        if not ticket.is_admitted:
            self.dismiss(ticket, "The client left.")
        elif self._line:
            self._line.pop(0).admit()
        else:
            self._free += 1
