"""The headers of downloads, and the responses to those that cannot be served."""

from app.exports.disposition import attachment
from app.exports.links import BadLinkError
from app.exports.slots import TooManyExportsError
from app.http.errors import ErrorResponse
from app.reports.stored import ReportBusyError
from db.errors import StorageUnavailableError
from ml.errors import CsvError
from schema.core.errors import ErrorCode, PortError

RETRY_AFTER_S = 10
NOT_STORED = {"cache-control": "no-store"}


class BadParameterError(Exception):
    """A parameter is invalid; the message names it and what is allowed."""


REFUSALS = (
    BadParameterError,
    BadLinkError,
    TooManyExportsError,
    ReportBusyError,
    StorageUnavailableError,
    PortError,
    CsvError,
)


def refuse_export(error: Exception) -> ErrorResponse:
    """Return the response to one of `REFUSALS`."""
    match error:
        case BadLinkError():
            return ErrorResponse(403, str(error), ErrorCode.FORBIDDEN, headers=NOT_STORED)
        case TooManyExportsError():
            message = "Too many downloads are running. Try again in a moment."
            return _unavailable(message, {"retry-after": str(RETRY_AFTER_S)})
        case ReportBusyError():
            message = "Another report is being made. Try again in a moment."
            return _unavailable(message, {"retry-after": str(RETRY_AFTER_S)})
        case StorageUnavailableError():
            return _unavailable("The database cannot be reached. Try again in a moment.", {})
        case PortError():
            status = 404 if error.code is ErrorCode.NOT_FOUND else 400
            return ErrorResponse(status, str(error), error.code)
        case _:
            return ErrorResponse(400, str(error), ErrorCode.BAD_USER_INPUT)


def _unavailable(message: str, headers: dict[str, str]) -> ErrorResponse:
    return ErrorResponse(
        503, message, ErrorCode.SERVICE_UNAVAILABLE, headers=headers, retryable=True
    )


def headers_of(file_name: str, media_type: str) -> dict[str, str]:
    """Return the headers of a download."""
    return {
        **NOT_STORED,
        "content-type": media_type,
        "content-disposition": attachment(file_name),
    }
