"""Storage errors; driver exceptions are translated here and go no further."""

import contextlib
from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StorageError(Exception):
    """Base class of the errors this package raises."""


class StorageUnavailableError(StorageError):
    """The database cannot be reached or the connection was lost; trying again may help."""


class StorageSetupError(StorageError):
    """The database cannot be used: wrong version, missing rights or wrong URL."""


_GONE = (
    OSError,
    OperationalError,
    InterfaceError,
    PoolTimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DiskFullError,
)


@contextlib.contextmanager
def translate_errors() -> Iterator[None]:
    """Raise `StorageUnavailableError` when a connection is lost or refused.

    A refused connection raises a bare `OSError`. One that breaks during COPY, which bypasses
    SQLAlchemy, raises an asyncpg exception.
    """
    try:
        yield
    except _GONE as error:
        raise StorageUnavailableError(f"The database cannot be reached: {error}") from error
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error.orig, _GONE):
            raise StorageUnavailableError(
                f"The connection to the database was lost: {error}"
            ) from error
        raise
