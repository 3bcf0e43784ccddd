"""Give every GraphQL error a code and hide unexpected errors from the caller.

The extension handles results and each event of a stream. The `translate` hook turns domain
exceptions into coded errors, so nothing here depends on tracks, storage or HTTP.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from traceback import walk_tb
from typing import Any, ClassVar

import strawberry
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import (
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)
from strawberry.types import ExecutionContext

logger = logging.getLogger("genre.graphql")

REQUEST_ERRORS = (
    MissingQueryError,
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)
"""Raised by Strawberry for a request without an operation or with one that is not allowed."""

MAX_QUOTED_CHARS = 200
MAX_MESSAGE_CHARS = 4_000
QUOTED = re.compile(rf'"[^"]{{{MAX_QUOTED_CHARS},}}"?|\S{{{MAX_QUOTED_CHARS + 1},}}')
TOO_DEEP = "The document is nested too deeply."
SUGGESTION = re.compile(r"\s*Did you mean .*\?", re.DOTALL)


class ErrorCode(StrEnum):
    """The values of `extensions.code`. Clients branch on the code, never on the message."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNKNOWN_GENRE = "UNKNOWN_GENRE"
    NOT_FOUND = "NOT_FOUND"
    INVALID_CSV = "INVALID_CSV"
    EMPTY_CSV = "EMPTY_CSV"
    UPLOAD_TOO_LARGE = "UPLOAD_TOO_LARGE"
    UNSUPPORTED_FILE_TYPE = "UNSUPPORTED_FILE_TYPE"
    MODEL_UNUSABLE = "MODEL_UNUSABLE"
    LESS_ACCURATE = "LESS_ACCURATE"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    INTERNAL = "INTERNAL"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"


class PortError(Exception):
    """Base of what `app` raises on purpose; the caller sees its message and its code."""

    code: ClassVar[ErrorCode]
    retryable: ClassVar[bool] = False
    """Whether trying again later may help."""

    @property
    def extensions(self) -> dict[str, Any]:
        """What clients get in addition to the code and the message."""
        return {"retryable": True} if self.retryable else {}


def coded_error(message: str, code: ErrorCode, **extensions: Any) -> GraphQLError:
    """Make an error the caller may see, with a code and further extensions."""
    return GraphQLError(message, extensions={"code": str(code), **extensions})


def internal_error(request_id: str | None) -> GraphQLError:
    """Make the error that the caller sees instead of an unexpected exception."""
    extra = {} if request_id is None else {"requestId": request_id}
    return coded_error("Internal error", ErrorCode.INTERNAL, **extra)


def is_exception(error: GraphQLError) -> bool:
    """Return whether an error wraps an exception not meant for the caller."""
    cause = error.original_error
    return cause is not None and not isinstance(cause, GraphQLError)


def mask_error(error: GraphQLError, cause: Exception, request_id: str | None) -> GraphQLError:
    """Log an unexpected exception and return what the caller sees instead."""
    place = ".".join(map(str, error.path or ())) or "the operation"
    logger.error("Unexpected error at %s (request %s)", place, request_id, exc_info=cause)
    return _located(internal_error(request_id), error)


def no_request_id() -> str | None:
    """Return None: there is no request."""
    return None


def no_translation(_: Exception) -> GraphQLError | None:
    """Return None: no exception is translated."""
    return None


class QuietSchema(strawberry.Schema):
    """A schema that leaves the logging of errors to `ErrorCodes`.

    Strawberry logs every error, even a caller's typo, with a traceback at level ERROR.
    """

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Log nothing here."""


class ErrorCodes(SchemaExtension):
    """Add codes, mask unexpected errors, translate domain exceptions, strip suggestions.

    Pass a factory, first in the list: `extensions=[partial(ErrorCodes, translate=...), ...]`. If
    another extension fails before the operation, this one does not run; the view masks that error.
    """

    def __init__(
        self,
        *,
        request_id: Callable[[], str | None] = no_request_id,
        translate: Callable[[Exception], GraphQLError | None] = no_translation,
        hide_suggestions: bool = False,
    ) -> None:
        self.request_id = request_id
        self.translate = translate
        self.hide_suggestions = hide_suggestions
        self.is_stream = False

    def on_parse(self) -> Iterator[None]:
        yield
        self._mark_request_errors(ErrorCode.GRAPHQL_PARSE_FAILED)

    def on_validate(self) -> Iterator[None]:
        """Mark validation errors, including a document that exhausts the stack."""
        try:
            yield
        except RecursionError:
            raise coded_error(TOO_DEEP, ErrorCode.GRAPHQL_VALIDATION_FAILED) from None
        self._mark_request_errors(ErrorCode.GRAPHQL_VALIDATION_FAILED)

    def on_operation(self) -> Iterator[None]:
        """Rewrite the errors of a result or of a failed extension."""
        try:
            yield
        except REQUEST_ERRORS:
            raise
        except Exception as error:
            if not isinstance(error, GraphQLError):
                error = GraphQLError(str(error), original_error=error)
            raise self.public(error) from None
        if not self.is_stream:
            self._rewrite(self.execution_context.result)

    def on_stream_result(self, result: object) -> Iterator[None]:
        """Rewrite the errors of one stream event before it is sent."""
        self.is_stream = True
        self._rewrite(result)
        yield None

    def public(self, error: GraphQLError) -> GraphQLError:
        """Return the error as the caller may see it, without much of what was sent."""
        error = self._public(error)
        if len(error.message) > MAX_QUOTED_CHARS:
            error.message = shorten(error.message)
        return error

    def _public(self, error: GraphQLError) -> GraphQLError:
        cause = error.original_error
        if isinstance(cause, REQUEST_ERRORS):
            error = _located(coded_error(error.message, ErrorCode.BAD_USER_INPUT), error)
        elif cause is not None and is_exception(error):
            return self._public_exception(error, cause)
        elif not _code(error):
            if _is_bad_result(error):
                return mask_error(error, cause or error, self.request_id())
            _set_code(error, ErrorCode.BAD_USER_INPUT)
        if self.hide_suggestions:
            error.message = SUGGESTION.sub("", error.message)
        return error

    def _public_exception(self, error: GraphQLError, cause: Exception) -> GraphQLError:
        if _code(error):  # already coded while parsing
            return error
        try:
            translated = self.translate(cause)
        except Exception as failure:
            failure.__context__ = cause
            return mask_error(error, failure, self.request_id())
        if translated is None:
            return mask_error(error, cause, self.request_id())
        return _located(translated, error)

    def _mark_request_errors(self, code: ErrorCode) -> None:
        for error in self.execution_context.pre_execution_errors or ():
            if isinstance(error.original_error, RecursionError):
                error.message = TOO_DEEP
            if not _code(error):
                _set_code(error, code)

    def _rewrite(self, result: object) -> None:
        errors: Iterable[GraphQLError] | None = getattr(result, "errors", None)
        if errors:
            result.errors = [self.public(error) for error in errors]  # type: ignore[attr-defined]


def shorten(message: str) -> str:
    """Cut each value that a message quotes, and what is too long even then."""
    cut = QUOTED.sub(lambda found: f"{found[0][:MAX_QUOTED_CHARS]}…", message)
    return cut if len(cut) <= MAX_MESSAGE_CHARS else f"{cut[:MAX_MESSAGE_CHARS]}…"


def _code(error: GraphQLError) -> object:
    return (error.extensions or {}).get("code")


def _set_code(error: GraphQLError, code: ErrorCode) -> None:
    error.extensions = {**(error.extensions or {}), "code": str(code)}


def _located(error: GraphQLError, place: GraphQLError) -> GraphQLError:
    """Return `error` with the location of `place` and without its cause."""
    return GraphQLError(
        error.message,
        nodes=place.nodes,
        source=place.source,
        positions=place.positions,
        path=place.path,
        extensions=error.extensions,
    )


def _is_bad_result(error: GraphQLError) -> bool:
    """Return whether graphql-core could not serialize a resolver's value: our bug.

    graphql-core raises GraphQLError for that too. Only where it was raised distinguishes it from a
    bad argument or an error that a resolver raised on purpose.
    """
    cause = error.original_error
    if cause is None or error.path is None:
        return False
    modules = [
        str(frame.f_globals.get("__name__", "")) for frame, _ in walk_tb(cause.__traceback__)
    ]
    reads_input = "graphql.execution.values" in modules
    return bool(modules) and modules[-1].startswith("graphql.") and not reads_input
