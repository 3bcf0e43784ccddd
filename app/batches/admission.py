"""Whose turn it is: so many batches run at a time, the others wait in one line.

First come, first served. But nobody waits for a batch in the background, and it can go on where it
stopped: it gives its turn back between two chunks if an upload waits, and lines up again behind it.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from schema.core.context import UploadRefusedError

STOPPING = "The service was told to stop before the turn of this file came. Send it again."


@dataclass(eq=False, slots=True)
class Place:
    """A place in the line, or a turn."""

    is_upload: bool
    has_turn: bool = False
    dismissal: str | None = None
    """Why it gets no turn any more, for people."""
    gives_way: bool = False
    _called: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> bool:
        """Wait for the turn; False if it was dismissed instead."""
        await self._called.wait()
        return self.has_turn

    def give_turn(self) -> None:
        """Let it run."""
        self.has_turn = True
        self._called.set()

    def refuse_turn(self, why: str) -> None:
        """Have it wait no more."""
        self.dismissal = why
        self._called.set()


class Turns:
    """Hands out turns.

    Parameters
    ----------
    count
        How many batches run at a time.
    max_waiting
        How many uploads may wait; workers, which wait too, are few by themselves.
    """

    def __init__(self, count: int, *, max_waiting: int) -> None:
        self._free = count
        self._max_waiting = max_waiting
        self._line: list[Place] = []
        self._giving_way = 0
        self._is_stopping = False

    @property
    def waiting_uploads(self) -> int:
        """How many uploads wait for their turn."""
        return sum(place.is_upload for place in self._line)

    @contextlib.contextmanager
    def place(self, *, is_upload: bool) -> Iterator[Place]:
        """Take a turn if one is free, else the last place in the line, for the block.

        Raises
        ------
        UploadRefusedError
            Too many wait already, or the process is about to end.
        """
        place = Place(is_upload)
        if self._free:
            self._free -= 1
            place.give_turn()
        else:
            self._refuse_if_full(place)
            self._line.append(place)
        try:
            yield place
        finally:
            self._leave(place)

    def gives_way(self, place: Place) -> bool:
        """Tell a batch in the background whether to end its turn now, for an upload that waits.

        As many are told so as uploads wait.
        """
        if not place.gives_way and self.waiting_uploads > self._giving_way:
            place.gives_way = True
            self._giving_way += 1
        return place.gives_way

    def dismiss(self, place: Place, why: str) -> None:
        """Take a place out of the line; one that has its turn keeps it."""
        if place in self._line:
            self._line.remove(place)
            place.refuse_turn(why)

    def stop(self) -> None:
        """Dismiss all who wait: they would begin what the end of the process interrupts."""
        self._is_stopping = True
        for place in tuple(self._line):
            self.dismiss(place, STOPPING)

    def _refuse_if_full(self, place: Place) -> None:
        if not place.is_upload:
            return
        if self._is_stopping:
            raise UploadRefusedError("The service is being restarted. Try again in a moment.")
        if self.waiting_uploads >= self._max_waiting:
            raise UploadRefusedError(
                f"{self._max_waiting} uploads wait for their turn already. Try again later, or "
                "send the file with wait: false."
            )

    def _leave(self, place: Place) -> None:
        self._giving_way -= place.gives_way
        if not place.has_turn:
            self.dismiss(place, "It left.")
        elif self._line:
            self._line.pop(0).give_turn()
        else:
            self._free += 1
