"""The responses to downloads that cannot be served."""

from app.exports.links import BadLinkError
from app.exports.slots import TooManyExportsError
from app.http.errors import ErrorResponse
from db.errors import StorageUnavailableError
from schema.core.errors import ErrorCode, PortError

RETRY_AFTER_S = 10


class BadParameterError(Exception):
    """A parameter is invalid; the message names it and what is allowed."""


REFUSALS = (
    BadParameterError,
    BadLinkError,
    TooManyExportsError,
    StorageUnavailableError,
    PortError,
)


def refuse_export(error: Exception) -> ErrorResponse:
    """Return the response to one of `REFUSALS`."""
    match error:
        case BadLinkError():
            return ErrorResponse(403, str(error), ErrorCode.FORBIDDEN, headers=NOT_STORED)
        case TooManyExportsError():
            message = "Too many downloads are running. Try again in a moment."
            return _unavailable(message, {"retry-after": str(RETRY_AFTER_S)})
        case StorageUnavailableError():
            return _unavailable("The database cannot be reached. Try again in a moment.", {})
        case PortError():
            status = 404 if error.code is ErrorCode.NOT_FOUND else 400
            return ErrorResponse(status, str(error), error.code)
        case _:
            return ErrorResponse(400, str(error), ErrorCode.BAD_USER_INPUT)


NOT_STORED = {"cache-control": "no-store"}


def _unavailable(message: str, headers: dict[str, str]) -> ErrorResponse:
    return ErrorResponse(
        503, message, ErrorCode.SERVICE_UNAVAILABLE, headers=headers, retryable=True
    )
