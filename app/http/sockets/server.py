"""uvicorn's WebSockets, which here cannot outlive a client that does not read."""

import asyncio
from collections.abc import Callable

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

FLUSH_S = 5.0
"""How long the last bytes of a closed WebSocket may wait for its client."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Drops a connection whose client has stopped reading.

    uvicorn closes such a connection, but the operating system keeps it until the client reads the
    rest: for ever, if it likes.
    """

    drop_timer: asyncio.TimerHandle | None = None
    on_lost: Callable[[], None] | None = None
    """Called once the connection has ended."""

    def handle_ping(self) -> None:
        """Answer a ping, unless the client reads none of the answers."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """Drop a client that does not answer pings."""
        super().keepalive_timeout()
        self.transport.abort()

    def shutdown(self) -> None:
        """Close the connection because the service stops."""
        super().shutdown()
        self._drop_later()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Close the connection because its application has ended."""
        super().on_task_complete(task)
        self._drop_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        if self.drop_timer is not None:
            self.drop_timer.cancel()
        if self.on_lost is not None:
            self.on_lost()

    def _drop_later(self) -> None:
        if self.drop_timer is None and not self.disconnected:
            delay_s = FLUSH_S + (self.close_timeout if self.close_timer else 0)
            self.drop_timer = self.loop.call_later(delay_s, self.transport.abort)
