"""Storage errors; driver exceptions are translated here and go no further."""

import contextlib
import os
from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StorageError(Exception):
    """Base class of the errors this package raises."""


class StorageUnavailableError(StorageError):
    """The database cannot do its work now; trying again may help.

    `reason` says why in words that anyone may see: without hosts, statements or values.
    """

    def __init__(self, message: str, reason: str = "it cannot be reached") -> None:
        super().__init__(message)
        self.reason = reason


class StorageSetupError(StorageError):
    """The database cannot be used: wrong version, missing rights or wrong URL."""


_UNAVAILABLE_STATES = {
    "57P01": "the server is shutting down",
    "57P02": "the server crashed",
    "57P03": "the server is starting up or shutting down",
    "57P05": "the connection was idle for too long",
    "57014": "the statement took too long",
    "55P03": "a lock could not be had in time",
    "53000": "the server has no resources left",
    "53100": "the server's disk is full",
    "53200": "the server is out of memory",
    "53300": "the server has too many connections",
    "25006": "the server is read-only",
    "40001": "another transaction changed the same rows",
    "40P01": "another transaction locked the same rows",
}
"""SQLSTATEs after which trying again may help; so may class 08, connection exceptions."""
_GONE = (
    OSError,
    OperationalError,
    InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
)


def reason_of(error: BaseException | None) -> str:
    """Say why the database is unavailable: no error numbers, no statement, no parameters."""
    error = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno).lower()
    return str(error) or type(error).__name__


@contextlib.contextmanager
def translate_errors() -> Iterator[None]:
    """Raise `StorageUnavailableError` when the database cannot do its work now.

    A refused connection raises a bare `OSError`. What bypasses SQLAlchemy, as COPY does, raises
    an asyncpg exception; SQLAlchemy wraps it in one of its adapter, and that in its own.
    """
    try:
        yield
    except (DBAPIError, asyncpg.PostgresError) as error:
        state = find_state(error)
        if state in _UNAVAILABLE_STATES:
            reason = _UNAVAILABLE_STATES[state]
            raise StorageUnavailableError(
                f"The database is unavailable: {reason}.", reason
            ) from error
        if state.startswith("08") or _is_gone(error):
            raise StorageUnavailableError(
                f"The connection to the database was lost: {reason_of(error)}"
            ) from error
        raise
    except PoolTimeoutError as error:
        reason = "all connections to it are in use"
        raise StorageUnavailableError(f"The database is unavailable: {reason}.", reason) from error
    except _GONE as error:
        raise StorageUnavailableError(
            f"The database cannot be reached: {reason_of(error)}"
        ) from error


def find_state(error: BaseException | None) -> str:
    """Return the SQLSTATE of an error or of what caused it, empty if there is none."""
    while error is not None:
        state = getattr(error, "sqlstate", None)
        if isinstance(state, str):
            return state
        error = error.__cause__
    return ""


def _is_gone(error: Exception) -> bool:
    invalidated = isinstance(error, DBAPIError) and error.connection_invalidated
    return invalidated or any(isinstance(each, _GONE) for each in (error, error.__cause__))
