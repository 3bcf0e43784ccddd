"""Count the open connections of this process, and make room by dropping those that only wait."""

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

HEALTH_PATH = b"/healthz"
"""Answered even if too many connections are open."""

RESERVE = 128
"""So many connections beyond the limit may still ask for that."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a connection may take."""

    total: int = 4096
    per_address: int = 1024
    header_bytes: int = 65_536
    headers: int = 100
    header_s: float = 10.0
    """How long a request's headers may take, and a connection without any."""
    body_bytes_per_s: int = 1024
    """How fast a body must arrive, on average over each window."""
    body_window_s: float = 10.0
    body_s: float = 7200.0
    """How long a body may take, however fast."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of the server itself, for a request that never reaches the application."""

    status: int
    message: str
    retry_after_s: int | None = None


TOO_MANY_HERE = Refusal(429, "Too many connections are open from this address.", 5)
TOO_MANY = Refusal(503, "Too many connections are open. Try again in a moment.", 5)


class Connection(Protocol):
    """A connection that can be dropped while it waits for a request."""

    address: str

    def drop(self, refusal: Refusal, *, linger_s: float = ...) -> None:
        """Close the connection, with `refusal` as the answer."""


class Connections:
    """The open connections, by address; those that wait for a request are in the order of age."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._by_address: Counter[str] = Counter()
        self._waiting: dict[Connection, None] = {}

    @property
    def count(self) -> int:
        """How many are open."""
        return self._by_address.total()

    @property
    def is_flooded(self) -> bool:
        """Whether there are too many even to wait for what they ask."""
        return self.count > self.limits.total + RESERVE

    def enter(self, address: str) -> Refusal | None:
        """Count a new connection; return what to answer if there is no room even so.

        The oldest connection that waits makes room: a person who sends a request is worth more.
        """
        refusal = None
        if self._by_address[address] >= self.limits.per_address:
            refusal = None if self._drop_oldest(TOO_MANY_HERE, address) else TOO_MANY_HERE
        elif self.count >= self.limits.total:
            refusal = None if self._drop_oldest(TOO_MANY) else TOO_MANY
        self._by_address[address] += 1
        return refusal

    def leave(self, address: str) -> None:
        """Forget a connection that was counted."""
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def wait(self, connection: Connection) -> None:
        """Note that a connection waits for a request, or for the rest of its headers."""
        self._waiting[connection] = None

    def work(self, connection: Connection) -> None:
        """Note that a connection does not wait."""
        self._waiting.pop(connection, None)

    def _drop_oldest(self, refusal: Refusal, address: str | None = None) -> bool:
        for connection in self._waiting:
            if address is None or connection.address == address:
                del self._waiting[connection]
                connection.drop(refusal, linger_s=0)
                return True
        return False
