"""Start the embedded Postgres in a thread, so that the caller can do other work meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from db.embedded.server import embedded_postgres


class EmbeddedStart:
    """A server that starts when this is created; its creator must `stop` it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()
        self._server = ExitStack()
        self._thread = ThreadPoolExecutor(1, "embedded-postgres")
        start = self._server.enter_context
        self._address = self._thread.submit(start, embedded_postgres(folder))

    def address(self) -> str:
        """Wait until the server runs and return its SQLAlchemy URL.

        Raises
        ------
        EmbeddedPostgresError
            It cannot be started or reached.
        """
        return self._address.result()

    def stop(self) -> None:
        """Stop the server, unless other processes use it; does nothing if it is not running.

        Waits for a start in progress, which cannot be interrupted.
        """
        self._thread.shutdown()
        self._server.close()
