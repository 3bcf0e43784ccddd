"""How many WebSockets are open: in all, without credentials, and of each client."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from app.http.sockets.channel import CloseCode, CloseSocketError

STRANGERS_SHARE = 10
"""One in so many may be without credentials, so that strangers cannot keep clients out."""


class SocketPlaces:
    """Counts the WebSockets of this process."""

    def __init__(self, total: int, per_client: int) -> None:
        self._total = total
        self._per_client = per_client
        self._strangers = 0
        self._clients: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """How many are open."""
        return self._strangers + self._clients.total()

    def has_room(self) -> bool:
        """Return whether another WebSocket may be opened, by whomever."""
        most_strangers = -(-self._total // STRANGERS_SHARE)
        return self.count < self._total and self._strangers < most_strangers

    @contextlib.contextmanager
    def stranger(self) -> Iterator[None]:
        """Count a WebSocket without credentials."""
        self._strangers += 1
        try:
            yield
        finally:
            self._strangers -= 1

    @contextlib.contextmanager
    def client(self, client_id: str) -> Iterator[None]:
        """Count a WebSocket of a client.

        Raises
        ------
        CloseSocketError
            The client has too many already.
        """
        if self._clients[client_id] >= self._per_client:
            message = f"The client has {self._per_client} connections already."
            raise CloseSocketError(CloseCode.TRY_AGAIN_LATER, message)
        self._clients[client_id] += 1
        try:
            yield
        finally:
            self._clients[client_id] -= 1
            if not self._clients[client_id]:
                del self._clients[client_id]
