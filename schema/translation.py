"""Map the errors of `ml`, `db` and `app` to error codes of the API."""

from graphql import GraphQLError

from db.batches.errors import BatchEndedError, BatchInUseError
from db.errors import StorageUnavailableError
from db.tracks.reclassify import NoFeaturesError
from ml.errors import (
    ArtefactError,
    CsvError,
    ExplanationError,
    GenreMlError,
    TrackInputError,
    UnknownModelError,
)
from schema.core.errors import ErrorCode, PortError, coded_error
from schema.tracks.track_input import field_of_column


def translate(error: Exception) -> GraphQLError | None:
    """Return the error the caller sees, or None if the error is our bug."""
    match error:
        case CsvError():
            extensions = {
                "missingColumns": list(error.missing_columns),
                "line": error.line,
            }
            return coded_error(str(error), ErrorCode(error.code), **extensions)
        case BatchInUseError() | BatchEndedError():
            return coded_error(str(error), ErrorCode.BAD_USER_INPUT, status=error.status)
        case NoFeaturesError():
            return coded_error(str(error), ErrorCode.BAD_USER_INPUT)
        case StorageUnavailableError():
            message = "The database cannot be reached. Try again in a moment."
            return coded_error(message, ErrorCode.SERVICE_UNAVAILABLE, retryable=True)
        case PortError():
            return coded_error(str(error), error.code, **error.extensions)
        case TrackInputError():
            field = field_of_column(error.column)
            return coded_error(
                f"tracks[{error.index}].{field} {error.found}.",
                ErrorCode.BAD_USER_INPUT,
                index=error.index,
                field=field,
            )
        case ExplanationError():
            return coded_error(str(error), ErrorCode.NOT_FOUND)
        case UnknownModelError():
            return coded_error(str(error), ErrorCode.NOT_FOUND, knownVersions=list(error.known))
        case ArtefactError():
            return coded_error(str(error), ErrorCode.MODEL_UNUSABLE)
        case GenreMlError(code="BAD_USER_INPUT"):
            return coded_error(str(error), ErrorCode.BAD_USER_INPUT)
        case _:
            return None
