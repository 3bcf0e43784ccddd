"""What goes wrong between us and Postgres; driver exceptions stop here."""

import contextlib
from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StorageError(Exception):
    """Base of every error that this package raises on purpose."""


class StorageUnavailableError(StorageError):
    """The database cannot be reached or the connection was lost; trying again may help."""


class StorageSetupError(StorageError):
    """The database is reached but cannot be used: wrong version, wrong rights, wrong address."""


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
    """Raise `StorageUnavailableError` for whatever a lost or refused connection looks like.

    A refused connection arrives as a bare `OSError`; one that breaks during COPY, which bypasses
    SQLAlchemy, as an exception of asyncpg.
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
